import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { WatchEvent } from '../../cluster/types.ts';
import type { Outcome } from '../../model/outcome.ts';
import { assessCopy, awaitRunning } from './await-running.ts';

const RUNNING: ContainerState = { running: { startedAt: '2026-01-01T00:00:00Z' } };

function copy(statuses: Partial<ContainerStatus>[], changes: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return {
    metadata: { name: 'w', namespace: 'ns', uid: 'u1', resourceVersion: '5' },
    spec: {
      nodeName: 'n1',
      restartPolicy: 'Always',
      containers: statuses.map((_, index) => ({ name: `c${index}` })),
      ...changes,
    },
    status: {
      phase: 'Running',
      containerStatuses: statuses.map((status, index) => ({
        name: `c${index}`,
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        ...status,
      })),
    },
  };
}

const crash = { terminated: { exitCode: 1 } };
const backOff: ContainerState = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } };
const probe = { readinessProbe: { exec: { command: ['true'] } } };

const rows: [name: string, pod: Pod, state: string, reason?: string][] = [
  ['creating', copy([{ state: { waiting: { reason: 'ContainerCreating' } } }]), 'starting'],
  ['runs, without a probe', copy([{ state: RUNNING, ready: true }]), 'running'],
  [
    'runs, and its probe has succeeded',
    copy([{ state: RUNNING, ready: true }], { containers: [{ name: 'c0', ...probe }] }),
    'ready',
  ],
  [
    'runs, but its probe has not succeeded yet',
    copy([{ state: RUNNING, ready: false }], { containers: [{ name: 'c0', ...probe }] }),
    'running',
  ],
  ['one of two runs', copy([{ state: RUNNING }, {}]), 'starting'],
  ['crashed', copy([{ state: crash }]), 'starting', 'Crashed'],
  [
    'backs off',
    copy([{ state: backOff, lastState: crash, restartCount: 1 }]),
    'starting',
    'CrashLoopBackOff',
  ],
  [
    'runs for the second time',
    copy([{ state: RUNNING, lastState: crash, restartCount: 1 }]),
    'starting',
    'Crashed',
  ],
  ['one crashed and one running', copy([{ state: RUNNING }, { state: crash }]), 'starting', 'Crashed'],
  [
    'one exited with 0 and one running',
    copy([{ state: RUNNING }, { state: { terminated: { exitCode: 0 } } }], { restartPolicy: 'Never' }),
    'running',
  ],
  ['exited with 0, and will be restarted', copy([{ state: { terminated: { exitCode: 0 } } }]), 'starting'],
  [
    'all exited with 0',
    copy([{ state: { terminated: { exitCode: 0 } } }], { restartPolicy: 'Never' }),
    'starting',
  ],
  [
    'was rejected',
    { ...copy([{}]), status: { phase: 'Failed', reason: 'OutOfcpu' } },
    'starting',
    'OutOfcpu',
  ],
];

for (const [name, pod, state, reason] of rows) {
  test(`a copy that ${name}`, () => {
    const found = assessCopy(pod);
    assert.equal(found.state, state);
    assert.equal(found.why?.kind === 'never-started' ? found.why.reason : undefined, reason);
  });
}

/** Awaits a copy whose watch returns these pods; the last one is the final state. */
async function follow(pods: Pod[], stable: number): Promise<Outcome | undefined> {
  const cluster = {
    request: () => Promise.reject(new Error('nobody is patient for so long')),
    async *watch<T>({ signal }: { signal: AbortSignal }): AsyncGenerator<WatchEvent<T>> {
      for (const object of pods) {
        yield { type: 'MODIFIED', object } as WatchEvent<T>;
        // Lets the waiting code see each of them.
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  return await awaitRunning(cluster, copy([{}]), 60_000, new AbortController().signal, stable);
}

const NEVER = 1_000_000;

test('a copy that has run long enough is stable', async () => {
  assert.equal(await follow([copy([{ state: RUNNING, ready: true }])], 5), undefined);
});

test('a copy that is ready according to its probe is stable at once', async () => {
  const ready = copy([{ state: RUNNING, ready: true }], { containers: [{ name: 'c0', ...probe }] });
  assert.equal(await follow([ready], NEVER), undefined);
});

test('a copy that runs for a moment and then crashes is never stable', async () => {
  const outcome = await follow([copy([{ state: RUNNING, ready: true }]), copy([{ state: crash }])], NEVER);
  assert.ok(outcome?.kind === 'never-started');
  assert.match(outcome.message, /container c0 of pod w exited with code 1/);
});
