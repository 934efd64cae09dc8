import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, Event, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { ApiRequest, WatchEvent } from '../../cluster/types.ts';
import { PodTracker } from './pod-tracker.ts';
import { type Progress, waitForContainer, type Waited } from './wait-for-container.ts';

/** A cluster whose watches return what the test pushes. */
class FakeCluster {
  readonly requests: string[] = [];
  events: Event[] = [];
  #queues = new Map<string, { items: WatchEvent<unknown>[]; wake: () => void }>();

  push(resource: 'pods' | 'events', event: WatchEvent<unknown>): void {
    const queue = this.#queue(resource);
    queue.items.push(event);
    queue.wake();
  }

  async request<T>(request: ApiRequest): Promise<T> {
    this.requests.push(`${request.method} ${request.path}`);
    return { metadata: { resourceVersion: '9' }, items: this.events } as T;
  }

  async *watch<T>(options: { path: string; signal: AbortSignal }): AsyncGenerator<WatchEvent<T>> {
    this.requests.push(`WATCH ${options.path}`);
    const queue = this.#queue(options.path.endsWith('/pods') ? 'pods' : 'events');
    options.signal.addEventListener('abort', () => queue.wake());
    while (!options.signal.aborted) {
      const next = queue.items.shift();
      if (next !== undefined) yield next as WatchEvent<T>;
      else await new Promise<void>((resolve) => (queue.wake = resolve));
    }
  }

  #queue(resource: string) {
    let queue = this.#queues.get(resource);
    if (queue === undefined) this.#queues.set(resource, (queue = { items: [], wake: () => undefined }));
    return queue;
  }
}

function podWith(state: ContainerState | undefined, status: Pod['status'] = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'ns', uid: 'u1', resourceVersion: '5' },
    spec: { nodeName: 'vm', containers: [{ name: 'main' }] },
    status: {
      ...status,
      ...(state === undefined
        ? {}
        : {
            ephemeralContainerStatuses: [
              { name: 'dbg', state, image: '', imageID: '', ready: false, restartCount: 0 },
            ],
          }),
    },
  };
}

function begin(cluster: FakeCluster, timeout = 0, pod = podWith(undefined)) {
  const progress: Progress[] = [];
  const stop = new AbortController();
  const tracker = new PodTracker(cluster, pod);
  const waited = waitForContainer({
    cluster,
    tracker,
    namespace: 'ns',
    context: { container: 'dbg', image: 'tools:v9', target: undefined },
    timeout,
    signal: stop.signal,
    onProgress: (next) => progress.push(next),
  });
  return { waited, tracker, progress, stop };
}

const waiting = (reason: string, message = '') => podWith({ waiting: { reason, message } });

const rows: [name: string, pods: WatchEvent<Pod>[], check: (waited: Waited) => void][] = [
  [
    'a container that runs',
    [
      { type: 'MODIFIED', object: waiting('ContainerCreating') },
      { type: 'MODIFIED', object: podWith({ running: { startedAt: '2026-01-01T00:00:00Z' } }) },
    ],
    (waited) => assert.equal(waited.kind, 'running'),
  ],
  [
    'a container that terminated before it was seen running',
    [{ type: 'MODIFIED', object: podWith({ terminated: { exitCode: 3 } }) }],
    (waited) => assert.deepEqual(waited, { kind: 'terminated', terminated: { exitCode: 3 } }),
  ],
  [
    'an image that does not exist',
    [{ type: 'MODIFIED', object: waiting('ErrImagePull', 'failed to resolve image: tools:v9: not found') }],
    (waited) => {
      assert.ok(waited.kind === 'ended' && waited.outcome.kind === 'never-started');
      assert.equal(waited.outcome.reason, 'ErrImagePull');
    },
  ],
  [
    'a pod that is deleted',
    [{ type: 'DELETED', object: waiting('ContainerCreating') }],
    (waited) => assert.ok(waited.kind === 'ended' && /was deleted/.test(JSON.stringify(waited.outcome))),
  ],
  [
    'a pod of the same name but another uid',
    [{ type: 'ADDED', object: { ...podWith({ running: {} }), metadata: { name: 'p', uid: 'u2' } } }],
    (waited) => assert.ok(waited.kind === 'ended' && /was deleted/.test(JSON.stringify(waited.outcome))),
  ],
];
for (const [name, pods, check] of rows) {
  test(name, async () => {
    const cluster = new FakeCluster();
    const { waited, tracker } = begin(cluster);
    for (const event of pods) cluster.push('pods', event);
    check(await waited);
    await tracker.stop();
    assert.deepEqual(
      cluster.requests,
      ['WATCH /api/v1/namespaces/ns/pods'],
      'a quick start sends no other requests',
    );
  });
}

const asCopy = (status: object): Pod => ({
  ...podWith(undefined),
  spec: { nodeName: 'vm', restartPolicy: 'Always', containers: [{ name: 'dbg' }] },
  status: {
    containerStatuses: [{ name: 'dbg', image: '', imageID: '', ready: false, restartCount: 0, ...status }],
  },
});
const lastState = { terminated: { exitCode: 1 } };

const loops: [name: string, pods: Pod[]][] = [
  ['backs off', [asCopy({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState, restartCount: 1 })]],
  ['is first seen in its second run', [asCopy({ state: { running: {} }, lastState, restartCount: 1 })]],
  [
    'is seen to terminate, and to run again',
    [asCopy({ state: lastState }), asCopy({ state: { running: {} }, lastState, restartCount: 1 })],
  ],
];
for (const [name, pods] of loops) {
  test(`reports a crash loop when the container ${name}`, async () => {
    const cluster = new FakeCluster();
    const { waited, tracker } = begin(cluster, 0, asCopy({}));
    for (const object of pods) cluster.push('pods', { type: 'MODIFIED', object });
    const result = await waited;
    assert.ok(result.kind === 'ended' && result.outcome.kind === 'never-started', JSON.stringify(result));
    assert.equal(result.outcome.reason, 'CrashLoopBackOff');
    assert.match(result.outcome.message, /exits with code 1/);
    await tracker.stop();
  });
}

test('a running container with earlier restarts is not in a crash loop', async () => {
  const { waited, tracker } = begin(
    new FakeCluster(),
    0,
    asCopy({ state: { running: {} }, lastState, restartCount: 3 }),
  );
  assert.equal((await waited).kind, 'running');
  await tracker.stop();
});

test('a completed pod ends the wait at once', async () => {
  const { waited, tracker } = begin(new FakeCluster(), 0, podWith(undefined, { phase: 'Succeeded' }));
  const result = await waited;
  assert.ok(
    result.kind === 'ended' && /no container starts in it any more/.test(JSON.stringify(result.outcome)),
  );
  await tracker.stop();
});

test('uses an Event for what the status does not show yet', async () => {
  const cluster = new FakeCluster();
  cluster.events = [
    {
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      involvedObject: { fieldPath: 'spec.ephemeralContainers{dbg}' },
      reason: 'Failed',
      message: 'Failed to pull image "tools:v9": docker.io/library/tools:v9: not found',
    },
  ];
  const { waited, tracker } = begin(cluster);
  const result = await waited;
  assert.ok(result.kind === 'ended' && result.outcome.kind === 'never-started');
  assert.equal(result.outcome.reason, 'ErrImagePull');
  await tracker.stop();
});

test('the timeout message says what was still missing', async () => {
  const { waited, tracker } = begin(new FakeCluster(), 20);
  const result = await waited;
  assert.ok(result.kind === 'ended' && result.outcome.kind === 'timed-out');
  assert.match(
    result.outcome.message,
    /did not start within 0.02 s: the kubelet of node vm has not reported it yet/,
  );
  await tracker.stop();
});

test('aborting ends the wait with its reason', async () => {
  const { waited, tracker, stop } = begin(new FakeCluster());
  stop.abort(new Error('enough'));
  await assert.rejects(waited, /enough/);
  await tracker.stop();
});
