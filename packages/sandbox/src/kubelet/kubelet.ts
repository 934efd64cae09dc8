import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../cri/runtime.ts';
import type { Store, StoreEvent } from '../store/types.ts';
import { Agent } from './agent.ts';
import { BackOff } from './container/back-off.ts';
import { EventRecorder } from './node/event-recorder.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { NodeAgent } from '../apiserver/node-agent.ts';
import { startNodeLease } from './node/node-lease.ts';
import { Link } from './node/link.ts';
import { heartbeat, KUBELET_PORT, nodeAddress, registerNode } from './node/node-status.ts';
import { reclaimVolumes } from './volumes/reclaim.ts';
import { PodWorker } from './pod/pod-worker.ts';
import { reachableAgent } from './reachable-agent.ts';
import { DEFAULT_TIMING, type KubeletTiming } from './timing.ts';
import type { PodObject } from './types.ts';
import type { TokenIssuer } from '../auth/token-issuer.ts';

export interface KubeletOptions {
  store: Store;
  nodeName: string;
  runtime: Runtime;
  /** A private directory for volumes and logs. */
  stateDir: string;
  now?: () => Date;
  /** Like Math.random, for jitter. */
  random?: () => number;
  timing?: Partial<KubeletTiming>;
  /** Issues service account tokens; without it, pods that mount one do not start. */
  tokens?: TokenIssuer;
  maxPods?: number;
  /** Whether the timers of pods keep the process alive; `true` if absent. */
  keepProcessAlive?: boolean;
}

export interface Kubelet {
  agent: NodeAgent;
  /** Cuts the connection to the API; containers keep running. */
  cutOff(): void;
  /** Restores the connection: delayed writes are sent, missed events delivered. */
  reconnect(): void;
  /** Stops the pod workers and removes all containers; the Pod objects are not changed. */
  stop(): Promise<void>;
}

/** Registers a node and runs the pods that are bound to it. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const link = new Link(options.store);
  const context = kubeletContext({ ...options, store: link });
  const { store, nodeName, runtime, timing, now } = context;
  // Remove what a killed kubelet left behind.
  for (const name of ['pods', 'logs', 'volumes']) {
    const left = join(options.stateDir, name);
    if (existsSync(left)) {
      await (runtime.files?.remove(left) ?? rm(left, { recursive: true, force: true }));
    }
  }
  mkdirSync(options.stateDir, { recursive: true, mode: 0o711 });
  const register = (): void =>
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
  register();
  const node = store.get('nodes', undefined, nodeName);
  for (const limitation of node === undefined ? [] : (runtime.limitations ?? [])) {
    const details = { type: 'Warning', ...limitation } as const;
    if (node !== undefined) context.events.record(node, node.metadata.resourceVersion ?? '', details);
  }
  const workers = new Map<string, PodWorker>();
  const dispatch = (pod: PodObject): void => {
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
    else dispatch(event.object);
  });
  const endReclaim = reclaimVolumes(store, runtime);
  for (const pod of store.list<PodObject>('pods')) dispatch(pod);
  const pulse = setInterval(() => heartbeat(store, nodeName, now()), timing.heartbeatMs).unref();
  const endLease = startNodeLease(store, nodeName, now);
  const find = (namespace: string, name: string): PodWorker | undefined => {
    const uid = store.get('pods', namespace, name)?.metadata.uid;
    return uid === undefined ? undefined : workers.get(uid);
  };
  return {
    agent: reachableAgent(new Agent(find), link, `${context.hostIP}:${KUBELET_PORT}`),
    cutOff: () => link.cut(),
    reconnect() {
      link.restore();
      register();
      for (const pod of store.list<PodObject>('pods')) dispatch(pod);
      for (const worker of workers.values()) worker.wake();
    },
    async stop() {
      clearInterval(pulse);
      endLease();
      endReclaim();
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
  const { backOffMs, maxBackOffMs, backOffResetMs, relistIntervalMs } = timing;
  const random = options.random ?? Math.random;
  const firstRelist = performance.now() - relistIntervalMs * random();
  return {
    store: options.store,
    runtime: options.runtime,
    nodeName: options.nodeName,
    hostIP: nodeAddress(),
    stateDir: options.stateDir,
    timing,
    now,
    random,
    untilRelist: () => relistIntervalMs - ((performance.now() - firstRelist) % relistIntervalMs),
    events: new EventRecorder(options.store, options.nodeName, now),
    crashBackOff: new BackOff(backOffMs, maxBackOffMs, backOffResetMs),
    imageBackOff: new BackOff(backOffMs, maxBackOffMs, backOffResetMs),
    pullFailures: new Map(),
    tokens: options.tokens,
    keepProcessAlive: options.keepProcessAlive ?? true,
  };
}
