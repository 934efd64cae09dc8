import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Event, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { ImageStore } from '../../images/image-store.ts';
import { hierarchies, processesIn, sandboxCgroup } from '../../runtimes/runc/cgroup.ts';
import { removeTree } from '../../runtimes/runc/remove-tree.ts';
import { MARKER_VARIABLE } from '../../runtimes/runc/runc-command.ts';
import { RuncRuntime } from '../../runtimes/runc/runc-runtime.ts';
import { missingForOtherUsers, missingForRealContainers } from '../../setup/runtime-choice.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { startKubelet } from '../kubelet.ts';
import type { NodeAgent } from '../../apiserver/node-agent.ts';
import type { KubeletTiming } from '../timing.ts';
import type { PodObject } from '../types.ts';

/** Why real containers can't run on this machine; undefined if they can. */
export const noRunc: string | undefined = missingForRealContainers();

/** Whether the node is in a user namespace, because the tests do not run as root. */
export const rootless = process.getuid?.() !== 0;

/** Why containers can't run as any user id; undefined if they can. */
export const oneUserOnly: string | undefined = missingForOtherUsers();

/** Why memory and CPU limits are not enforced; undefined if they are. */
export const noLimits: string | undefined =
  noRunc ?? (sandboxCgroup('') === undefined ? 'no cgroup is delegated to this user' : undefined);

/** Short enough for tests, long enough to observe each step. */
const TIMING: Partial<KubeletTiming> = {
  relistIntervalMs: 40,
  errorIntervalMs: 300,
  backOffMs: 250,
  mountRetryMs: 40,
};

const NODE = 'node';
const NAMESPACE = 'default';
/** Timeout for a state; only a stalled machine takes this long. */
const WAIT_MS = 60_000;

type Container = Partial<PodSpec['containers'][number]>;

export interface TestNode {
  store: MemoryStore;
  agent: NodeAgent;
  stateDir: string;
  create(name: string, container: Container, spec?: Partial<PodSpec>): void;
  /** Changes a pod's spec like the API server, with a new generation. */
  change(name: string, change: (pod: PodObject) => void): void;
  addEphemeral(name: string, container: Container & { name: string; targetContainerName?: string }): void;
  remove(name: string, graceSeconds: number): void;
  pod(name: string): PodObject;
  /** Resolves with the pod as soon as it satisfies `condition`; undefined means that it was deleted. */
  until(name: string, condition: (pod: PodObject | undefined) => boolean): Promise<PodObject>;
  /** The pod's Events, in order. */
  events(name: string): Event[];
  /** All states that were reported for a container, in order, without repetition. */
  states(name: string, container: string): string[];
  logs(name: string, container: string, options?: { previous?: boolean }): Promise<string>;
  exec(name: string, container: string, command: string[]): Promise<{ output: string; exitCode: number }>;
}

/** A kubelet with real containers in its own directory. At the end of the test, checks that nothing is left behind. */
export async function testNode(
  context: TestContext,
  timing: Partial<KubeletTiming> = {},
  options: { copies?: boolean } = {},
): Promise<TestNode> {
  const stateDir = mkdtempSync(join(tmpdir(), 'kube-sandbox-test-'));
  const store = new MemoryStore({});
  const images = new ImageStore(join(stateDir, 'images'));
  const runtime = await RuncRuntime.start({ stateDir, images, ...options });
  const kubelet = await startKubelet({
    store,
    nodeName: NODE,
    runtime,
    stateDir,
    timing: { ...TIMING, ...timing },
  });
  context.after(async () => {
    await kubelet.stop();
    const left = leftovers(stateDir);
    await removeTree(stateDir);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  });
  const seen = new Map<string, string[]>();
  store.subscribe<PodObject>('pods', ({ object }) => noteStates(object, seen));
  const pod = (name: string): PodObject => {
    const found = store.get<PodObject>('pods', NAMESPACE, name);
    if (found === undefined) throw new Error(`no pod ${name}`);
    return found;
  };
  const change = (name: string, edit: (draft: PodObject) => void): void => {
    store.update<PodObject>('pods', NAMESPACE, name, (draft) => {
      edit(draft);
      Object.assign(draft.metadata, { generation: (draft.metadata.generation ?? 0) + 1 });
    });
  };
  return {
    store,
    agent: kubelet.agent,
    stateDir,
    pod,
    change,
    create: (name, container, spec = {}) => {
      store.create('pods', podObject(name, container, spec));
    },
    addEphemeral: (name, container) => {
      change(name, (draft) => {
        const list = draft.spec.ephemeralContainers ?? [];
        Object.assign(draft.spec, { ephemeralContainers: [withDefaults(container), ...list] });
      });
    },
    remove: (name, graceSeconds) => {
      change(name, (draft) => {
        Object.assign(draft.metadata, {
          deletionTimestamp: new Date().toISOString(),
          deletionGracePeriodSeconds: graceSeconds,
        });
      });
    },
    until: async (name, condition) => untilPod(store, name, condition),
    events: (name) =>
      store
        .list<Event & KubeObject>('events', NAMESPACE)
        .filter(({ involvedObject }) => involvedObject.name === name)
        .toSorted(
          (left, right) => Number(left.metadata.resourceVersion) - Number(right.metadata.resourceVersion),
        ),
    states: (name, container) => seen.get(`${name}/${container}`) ?? [],
    logs: async (name, container, { previous = false } = {}) => {
      const options = { follow: false, previous, timestamps: false };
      const { signal } = new AbortController();
      const chunks: Buffer[] = [];
      const stream = await kubelet.agent.logs(NAMESPACE, name, container, options, signal);
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    exec: async (name, container, command) => {
      const streams = { stdin: false, stdout: true, stderr: true, tty: false };
      const process = await kubelet.agent.exec(NAMESPACE, name, container, command, streams);
      let output = '';
      process.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      process.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const end = await process.ended;
      return { output, exitCode: end?.exitCode ?? -1 };
    },
  };
}

function withDefaults(container: Container): Container {
  return {
    image: 'busybox:1.38',
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
    ...container,
  };
}

function podObject(name: string, container: Container, spec: Partial<PodSpec>): PodObject {
  const all = [{ name: 'main', ...container }, ...(spec.containers ?? [])].map(withDefaults);
  const init = spec.initContainers?.map(withDefaults);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, generation: 1 },
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 0,
      nodeName: NODE,
      ...spec,
      containers: all as PodSpec['containers'],
      ...(init === undefined ? {} : { initContainers: init as PodSpec['containers'] }),
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

async function untilPod(
  store: MemoryStore,
  name: string,
  condition: (pod: PodObject | undefined) => boolean,
): Promise<PodObject> {
  let last = store.get<PodObject>('pods', NAMESPACE, name);
  if (condition(last)) return last ?? ({} as PodObject);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`waited in vain for ${condition.toString()}; last: ${JSON.stringify(last?.status)}`));
    }, WAIT_MS);
    const unsubscribe = store.subscribe<PodObject>('pods', ({ type, object }) => {
      if (object.metadata.name !== name) return;
      const current = type === 'DELETED' ? undefined : object;
      if (!condition(current)) {
        last = object;
        return;
      }
      clearTimeout(timer);
      unsubscribe();
      resolve(object);
    });
  });
}

function noteStates(pod: PodObject, seen: Map<string, string[]>): void {
  const { status } = pod;
  for (const entry of [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ]) {
    const { waiting, running, terminated } = entry.state ?? {};
    const state = running === undefined ? (waiting ?? terminated)?.reason : 'running';
    const key = `${pod.metadata.name}/${entry.name}`;
    const list = seen.get(key) ?? [];
    if (list.at(-1) !== state) seen.set(key, [...list, state ?? '?']);
  }
}

/** Processes, cgroups and mounts that a sandbox in that directory has left behind. */
export function leftovers(stateDir: string): string[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`${MARKER_VARIABLE}=${stateDir}`);
      } catch {
        return false;
      }
    });
  const cgroup = sandboxCgroup(stateDir);
  const cgroups = hierarchies().filter((path) => cgroup !== undefined && existsSync(join(path, cgroup)));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${stateDir}/`));
  return [
    ...processes.map((pid) => `process ${pid}`),
    ...(cgroup === undefined ? [] : processesIn(cgroup)).map((pid) => `process ${pid} in a container`),
    ...cgroups.map((path) => `cgroup ${path}${cgroup ?? ''}`),
    ...mounts.map((line) => `mount ${line}`),
  ];
}
