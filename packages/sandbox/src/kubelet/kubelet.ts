import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store, StoreEvent } from '../store/types.ts';
import { Agent } from './agent.ts';
import { BackOff } from './back-off.ts';
import { EventRecorder } from './event-recorder.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { NodeAgent } from './node-agent.ts';
import { startNodeLease } from './node-lease.ts';
import { heartbeat, nodeAddress, registerNode } from './node-status.ts';
import { PodWorker } from './pod-worker.ts';
import { DEFAULT_TIMING, type KubeletTiming } from './timing.ts';
import type { PodObject } from './types.ts';
import type { TokenIssuer } from './volumes/sources.ts';

export interface KubeletOptions {
  store: Store;
  nodeName: string;
  runtime: Runtime;
  /** A private directory; volumes and logs are kept in it. */
  stateDir: string;
  now?: () => Date;
  /** For jitter; from 0 to below 1. */
  random?: () => number;
  timing?: Partial<KubeletTiming>;
  /** Issues service account tokens; without it pods that mount one do not start. */
  tokens?: TokenIssuer;
  maxPods?: number;
}

export interface Kubelet {
  agent: NodeAgent;
  /** Stops looking after pods and removes all containers; the pods' objects stay as they are. */
  stop(): Promise<void>;
}

/** Registers a node and looks after the pods that are bound to it. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const context = kubeletContext(options);
  const { store, nodeName, runtime, timing, now } = context;
  // What a kubelet that was killed left of pods that nobody knows any more.
  for (const name of ['pods', 'logs']) rmSync(join(options.stateDir, name), { recursive: true, force: true });
  mkdirSync(options.stateDir, { recursive: true, mode: 0o711 });
  registerNode(
    store,
    {
      name: nodeName,
      hostIP: context.hostIP,
      runtimeVersion: runtime.version,
      ...(options.maxPods === undefined ? {} : { maxPods: options.maxPods }),
    },
    now(),
  );
  const workers = new Map<string, PodWorker>();
  const look = (pod: PodObject): void => {
    const uid = pod.metadata.uid ?? '';
    const worker = workers.get(uid);
    if (worker !== undefined) worker.update(pod);
    else if (pod.spec.nodeName === nodeName) {
      const created = new PodWorker(context, pod);
      workers.set(uid, created);
      void created.done.then(() => workers.delete(uid));
    }
  };
  const unsubscribe = store.subscribe<PodObject>('pods', (event: StoreEvent<PodObject>) => {
    if (event.type === 'DELETED') workers.get(event.object.metadata.uid ?? '')?.remove();
    else look(event.object);
  });
  for (const pod of store.list<PodObject>('pods')) look(pod);
  const pulse = setInterval(() => heartbeat(store, nodeName, now()), timing.heartbeatMs).unref();
  const endLease = startNodeLease(store, nodeName, now);
  const find = (namespace: string, name: string): PodWorker | undefined => {
    const uid = store.get('pods', namespace, name)?.metadata.uid;
    return uid === undefined ? undefined : workers.get(uid);
  };
  return {
    agent: new Agent(find),
    async stop() {
      clearInterval(pulse);
      endLease();
      unsubscribe();
      const stopped = [...workers.values()].map(async (worker) => worker.stop());
      await runtime.stop();
      await Promise.all(stopped);
    },
  };
}

function kubeletContext(options: KubeletOptions): KubeletContext {
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const now = options.now ?? ((): Date => new Date());
  const { backOffMs, maxBackOffMs, backOffResetMs } = timing;
  return {
    store: options.store,
    runtime: options.runtime,
    nodeName: options.nodeName,
    hostIP: nodeAddress(),
    stateDir: options.stateDir,
    timing,
    now,
    random: options.random ?? Math.random,
    events: new EventRecorder(options.store, options.nodeName, now),
    crashBackOff: new BackOff(backOffMs, maxBackOffMs, backOffResetMs),
    imageBackOff: new BackOff(backOffMs, maxBackOffMs, backOffResetMs),
    pullFailures: new Map(),
    tokens: options.tokens,
  };
}
