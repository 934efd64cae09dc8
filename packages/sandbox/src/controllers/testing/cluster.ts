import { setImmediate as turn } from 'node:timers/promises';
import { asPod, type PodObject } from '../../resources/pods/types.ts';
import type { WorkloadSpec } from '../../resources/workloads/types.ts';
import { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, createControllerClient, servedResource } from '../api-client.ts';

/** Turns of the event loop that a change may need to pass all controllers. */
const TURNS = 20;
/** Maximum number of changes until the controllers settle. */
const MAX_CHANGES = 500;

/** A store with a namespace `a`, a node, and no kubelet: the tests set the status of pods. */
export interface TestCluster {
  client: ControllerClient;
  store: MemoryStore;
  /** The clock in ms, which only tests advance. */
  clock: { time: number };
  create(group: string, plural: string, kind: string, name: string, spec: unknown): KubeObject;
  get<T extends KubeObject>(resource: string, name: string): T;
  pods(): PodObject[];
  /** Waits until the controllers change nothing any more. */
  settle(): Promise<void>;
  /** Makes these pods, by default all pending ones, running and ready. */
  run(...names: string[]): Promise<void>;
  /** Terminates a pod with this phase. */
  end(name: string, phase: 'Succeeded' | 'Failed'): Promise<void>;
  /** Removes pods that are being deleted. */
  reap(): Promise<void>;
  messages(): string[];
}

export function createCluster(): TestCluster {
  const clock = { time: Date.parse('2026-01-01T00:00:30Z') };
  const now = (): Date => new Date(clock.time);
  const store = new MemoryStore({ now });
  const client = createControllerClient(store, now);
  store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } });
  store.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'a' },
  });
  store.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'vm' }, spec: {} });
  const pods = (): PodObject[] => store.list('pods', 'a').map(asPod);
  const settle = async (): Promise<void> => {
    const limit = store.resourceVersion + MAX_CHANGES;
    for (let quiet = 0, last = -1; quiet < TURNS; quiet += 1) {
      await turn();
      if (store.resourceVersion !== last) quiet = 0;
      last = store.resourceVersion;
      if (last > limit) throw new Error('the controllers do not settle');
    }
  };
  const setStatus = (name: string, status: object): void => {
    store.update<PodObject>('pods', 'a', name, (draft) => Object.assign(draft.status, status));
  };
  return {
    client,
    store,
    clock,
    create: (group, plural, kind, name, spec) =>
      client.create(servedResource(group, 'v1', plural), 'a', {
        apiVersion: group === '' ? 'v1' : `${group}/v1`,
        kind,
        metadata: { name },
        spec,
      }),
    get<T extends KubeObject>(resource: string, name: string) {
      const found = store.get<T>(resource, 'a', name);
      if (found === undefined) throw new Error(`there is no ${resource} ${name}`);
      return found;
    },
    pods,
    settle,
    async run(...names) {
      await settle();
      for (const pod of pods()) {
        const name = pod.metadata.name ?? '';
        const wanted = names.length === 0 ? pod.status.phase === 'Pending' : names.includes(name);
        if (!wanted) continue;
        setStatus(name, {
          phase: 'Running',
          podIP: '10.0.0.1',
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: now().toISOString() }],
        });
      }
      await settle();
    },
    async end(name, phase) {
      setStatus(name, { phase, conditions: [{ type: 'Ready', status: 'False' }] });
      await settle();
    },
    async reap() {
      for (const pod of pods()) {
        if (pod.metadata.deletionTimestamp !== undefined) store.remove('pods', 'a', pod.metadata.name ?? '');
      }
      await settle();
    },
    messages: () =>
      store
        .list('events', 'a')
        .toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map((event) => `${String(event['reason'])}: ${String(event['message'])}`),
  };
}

/** The spec of a workload with one container. */
export function workload(replicas: number, more: Partial<WorkloadSpec> = {}, image = 'i:1'): WorkloadSpec {
  return {
    replicas,
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image }] } },
    ...more,
  };
}
