import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject, Sandbox } from 'kube-sandbox';
import type { Cluster } from 'kubectl-dbg';

/**
 * What happens to a pod's command. It is the name of the pod's container, from which the command knows what to do, and the
 * test which result to expect.
 */
export const KINDS = [
  'plain',
  'silent',
  'large',
  'exits',
  'killed',
  'sleeps',
  'unstartable',
  'denied',
  'refused',
  'deleted',
  'replaced',
  'restarted',
  'unreadable',
  'full',
  'finished',
  'answer-cut',
  'log-cut',
] as const;

export type Kind = (typeof KINDS)[number];

/** The last number that `large` prints; its output exceeds the limit of the run. */
const LAST = 8000;

/** The output of `large` after its name. */
export const NUMBERS = Array.from({ length: LAST }, (_, index) => `${index + 1}\n`).join('');

/** The command of every target. */
export const SCRIPT = `k=$KUBECTL_DBG_CONTAINER
if [ $k = silent ]; then exit 0; fi
echo $KUBECTL_DBG_NAMESPACE/$KUBECTL_DBG_POD/$k
if [ $k = large ]; then seq 1 ${LAST}; fi
if [ $k = exits ]; then exit 3; fi
if [ $k = killed ]; then exit 137; fi
if [ $k = sleeps ]; then sleep 3600; fi
if [ $k = deleted ]; then sleep 3600; fi
if [ $k = restarted ]; then sleep 3600; fi
exit 0`;

/** One pod in this many is of each kind except `plain`. */
const PERIOD = 100;

/** Maximum number of debug containers per pod in these runs; `full` pods already have them. */
export const MAX_DEBUG_CONTAINERS = 3;

/** How often the server refuses writes as busy, for one in how many pods, and how often the watch is cut. */
const BURSTS = 5;
const REFUSED_ONE_OF = 500;

/** Number of concurrent requests while the pods are created. */
const CONCURRENCY = 40;

/** A pod. */
export interface Member {
  namespace: string;
  pod: string;
  kind: Kind;
}

/** Simulated pods in namespaces, one in a hundred of each kind. */
export function membersOf(pods: number, namespaces: number): Member[] {
  return Array.from({ length: pods }, (_, index) => {
    const [kind = 'plain'] = KINDS.slice((index % PERIOD) + 1);
    // Pods to be replaced are in the last namespace, so that none is a target before.
    const place = kind === 'replaced' ? namespaces - 1 : (index + Math.floor(index / PERIOD)) % namespaces;
    const namespace = `fleet-${String(place).padStart(2, '0')}`;
    return { namespace, pod: `${kind}-${String(index).padStart(5, '0')}`, kind };
  });
}

/** Creates the pods, and waits until each is in the state of its kind. */
export async function makeFleet(
  sandbox: Sandbox,
  cluster: Cluster,
  members: readonly Member[],
): Promise<void> {
  for (const name of new Set(members.map(({ namespace }) => namespace))) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.request({ method: 'POST', path: '/api/v1/namespaces', body });
  }
  const waiting = new Set(members.map(keyOf));
  const ready = new Promise<void>((resolve) => {
    sandbox.store.subscribe('pods', ({ object }) => {
      const { status, metadata } = object as unknown as Pod;
      const isFinished = metadata?.name?.startsWith('finished-') === true;
      if (status?.phase === (isFinished ? 'Succeeded' : 'Running'))
        waiting.delete(`${metadata?.namespace}/${metadata?.name}`);
      if (waiting.size === 0) resolve();
    });
  });
  await inParallel(members, async (member) => {
    await createPod(cluster, member);
  });
  await ready;
  await inParallel(
    members.filter(({ kind }) => kind === 'full'),
    async (member) => {
      const ephemeralContainers = Array.from({ length: MAX_DEBUG_CONTAINERS }, (_, index) => ({
        name: `earlier-${index}`,
        image: 'busybox',
        command: ['true'],
      }));
      await cluster.request({
        method: 'PATCH',
        path: `${pathOf(member)}/ephemeralcontainers`,
        contentType: 'application/strategic-merge-patch+json',
        body: { spec: { ephemeralContainers } },
      });
    },
  );
}

/** `NAMESPACE/POD` of a member. */
export function keyOf({ namespace, pod }: Pick<Member, 'namespace' | 'pod'>): string {
  return `${namespace}/${pod}`;
}

function pathOf({ namespace, pod }: Member): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}`;
}

async function createPod(cluster: Cluster, { namespace, pod, kind }: Member): Promise<void> {
  const body: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod,
      namespace,
      labels: { app: kind },
      annotations:
        kind === 'finished'
          ? { 'sandbox.kubectl-dbg.dev/script.finished': 'exit 0' }
          : kind === 'restarted'
            ? {
                'sandbox.kubectl-dbg.dev/script.restarted': `while [ ! -e ${GO} ]; do sleep 0.5; done; exit 1`,
              }
            : {},
    },
    spec: {
      restartPolicy: kind === 'finished' ? 'Never' : 'Always',
      containers: [{ name: kind, image: 'registry.example/app:v1' }],
    },
  };
  await cluster.request({ method: 'POST', path: `/api/v1/namespaces/${namespace}/pods`, body });
}

/** A file in a container that makes its process exit. */
const GO = '/go';

async function inParallel<T>(list: readonly T[], work: (entry: T) => Promise<void>): Promise<void> {
  const entries = list.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const entry of entries) await work(entry);
    }),
  );
}

/** From now on, causes the failures of each kind. Returns the stop function. */
export function letHappen(sandbox: Sandbox, cluster: Cluster, members: readonly Member[]): () => void {
  const { faults, store } = sandbox;
  const kinds = new Map(members.map((member) => [keyOf(member), member]));
  const patch = { verb: 'patch', resource: 'pods', subresource: 'ephemeralcontainers' } as const;
  const added = members.flatMap(({ namespace, pod: name, kind }) => {
    switch (kind) {
      case 'unstartable':
        return [
          faults.add({
            point: 'container-start',
            match: { namespace, name },
            action: { kind: 'error', code: 500, message: 'no such file' },
          }),
        ];
      case 'denied':
        return [
          faults.add({
            point: 'admission',
            match: { ...patch, namespace, name },
            action: { kind: 'webhook-denial', webhook: 'guard.example', message: 'not here' },
          }),
        ];
      case 'refused':
        return [
          faults.add({
            point: 'request',
            match: { ...patch, namespace, name },
            action: { kind: 'error', code: 403, reason: 'Forbidden', message: 'refused by a policy' },
          }),
        ];
      case 'answer-cut':
        return [
          faults.add({
            point: 'answer',
            match: { ...patch, namespace, name },
            times: 1,
            action: { kind: 'respond', code: 503, headers: { 'Retry-After': '0' } },
          }),
        ];
      case 'unreadable':
        return [
          faults.add({
            point: 'request',
            match: { subresource: 'log', namespace, name },
            action: { kind: 'error', code: 500, message: 'the kubelet has no such file' },
          }),
        ];
      case 'log-cut':
        return [
          faults.add({
            point: 'log',
            match: { namespace, name },
            after: { bytes: 40 },
            times: 1,
            action: { kind: 'break' },
          }),
        ];
      default:
        return [];
    }
  });
  const every = Math.ceil(members.length / (BURSTS + 1));
  for (let burst = 1; burst <= BURSTS; burst += 1) {
    const action = { kind: 'error', code: 429, message: 'busy', retryAfterSeconds: 1 } as const;
    added.push(
      faults.add({
        point: 'request',
        match: patch,
        skip: burst * every,
        times: Math.ceil(members.length / REFUSED_ONE_OF),
        action,
      }),
    );
    added.push(
      faults.add({
        point: 'watch',
        match: { resource: 'pods' },
        after: { events: 2 * burst * every },
        times: 1,
        action: { kind: 'break' },
      }),
    );
  }
  let isReplaced = false;
  const ended = new Set<Member>();
  const stop = store.subscribe('pods', ({ object, type }) => {
    const pod = object as unknown as Pod;
    const member = kinds.get(`${pod.metadata?.namespace}/${pod.metadata?.name}`);
    if (type === 'DELETED' || member === undefined) return;
    if (member.kind !== 'full' && !isReplaced && pod.spec?.ephemeralContainers !== undefined) {
      isReplaced = true;
      // The client has its list, but has not reached the last namespace.
      for (const other of members) if (other.kind === 'replaced') replace(sandbox, other);
    }
    const isRunning = pod.status?.ephemeralContainerStatuses?.some(({ state }) => state?.running) === true;
    if (!isRunning || ended.has(member)) return;
    ended.add(member);
    if (member.kind === 'deleted') void deletePod(cluster, member);
    if (member.kind === 'restarted') void endTarget(cluster, member);
  });
  return () => {
    stop();
    for (const fault of added) fault.remove();
  };
}

/** Replaces a pod with a new one of the same name. */
function replace({ store }: Sandbox, { namespace, pod }: Member): void {
  const was = store.remove('pods', namespace, pod);
  if (was === undefined) throw new Error(`${namespace}/${pod} is gone`);
  const { name, labels, annotations } = was.metadata;
  store.create('pods', {
    apiVersion: was.apiVersion,
    kind: was.kind,
    metadata: { name, namespace, labels, annotations },
    spec: was.spec,
    status: { phase: 'Pending' },
  } as KubeObject);
}

async function deletePod(cluster: Cluster, member: Member): Promise<void> {
  await cluster.request({ method: 'DELETE', path: pathOf(member), body: { gracePeriodSeconds: 0 } });
}

async function endTarget(cluster: Cluster, { namespace, pod, kind }: Member): Promise<void> {
  const command = await cluster.exec({
    namespace,
    pod,
    container: kind,
    command: ['touch', GO],
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
    signal: new AbortController().signal,
  });
  for await (const _ of command);
}
