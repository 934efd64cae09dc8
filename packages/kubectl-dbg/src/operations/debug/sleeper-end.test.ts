import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { ApiRequest, Cluster, RemoteCommand } from '../../cluster/types.ts';
import { DbgError } from '../../model/failure.ts';
import { FakeCommand } from '../../testing/fake-command.ts';
import { CreatedObjects } from './created-objects.ts';
import { expectSleeper } from './sleeper-end.ts';
import { statusError } from './testing/fake-cluster.ts';

const ADDRESS = { namespace: 'shop', pod: 'web', container: 'dbg' };
const NEVER = new AbortController().signal;
const CALL: ApiRequest = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/exec' };

const podWith = (state: object, metadata: Pod['metadata'] = {}): Pod => ({
  metadata,
  spec: { containers: [], ephemeralContainers: [{ name: 'dbg' }] },
  status: {
    ephemeralContainerStatuses: [
      { name: 'dbg', state, ready: false, restartCount: 0, image: '', imageID: '' },
    ],
  },
});
const RUNS = podWith({ running: {} });
const ENDED = podWith({ terminated: { exitCode: 0 } });

/** A cluster that refuses every exec, and whose pod goes through these states, the last one for ever. */
function cluster(
  refusal: Error | undefined,
  states: (Pod | Error)[],
): { cluster: Cluster; asked: () => number; execs: () => number } {
  let asked = 0;
  let execs = 0;
  const fake = {
    exec: (): Promise<RemoteCommand> => {
      execs += 1;
      if (refusal !== undefined) return Promise.reject(refusal);
      const command = new FakeCommand();
      command.finish(1000);
      return Promise.resolve(command);
    },
    request: (): Promise<unknown> => {
      const state = states[Math.min(asked, states.length - 1)];
      asked += 1;
      return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
    },
  };
  return { cluster: fake as unknown as Cluster, asked: () => asked, execs: () => execs };
}

function sleeper(fake: { cluster: Cluster }) {
  const created = new CreatedObjects();
  const entry = expectSleeper(fake.cluster, created, ADDRESS, ['kill', '1']);
  return { created, entry };
}

test('succeeds if the sleeper has just exited, although exec fails', async () => {
  const fake = cluster(new DbgError('lost', 'ConnectionClosed', 'container not found'), [RUNS, RUNS, ENDED]);
  const { created, entry } = sleeper(fake);
  await entry.remove(NEVER);
  assert.equal(fake.asked(), 3);
  assert.deepEqual(created.remaining, []);
});

test('signals a sleeper again that was signalled before it slept', async () => {
  const starting = podWith({ waiting: { reason: 'ContainerCreating' } });
  const fake = cluster(undefined, [starting, RUNS, RUNS, ENDED]);
  const { created, entry } = sleeper(fake);
  await entry.remove(NEVER);
  assert.equal(fake.execs(), 2);
  assert.deepEqual(created.remaining, []);
});

test('fails if the sleeper does not exit', async () => {
  const { created, entry } = sleeper(cluster(undefined, [RUNS]));
  await assert.rejects(entry.remove(NEVER), /told to exit, but is still running|did not answer in time/);
  assert.deepEqual(created.remaining, [entry]);
});

test('reports a container that has not started, rather than the failure of exec', async () => {
  const pulling = podWith({ waiting: { reason: 'ImagePullBackOff' } });
  const fake = cluster(new DbgError('lost', 'ConnectionClosed', 'container not found'), [pulling]);
  await assert.rejects(sleeper(fake).entry.remove(NEVER), /^Error: it has not started yet/);
});

test('succeeds if the pod is gone, although exec fails', async () => {
  const { created, entry } = sleeper(
    cluster(new DbgError('lost', 'ConnectionClosed', 'x'), [statusError(404, CALL)]),
  );
  await entry.remove(NEVER);
  assert.deepEqual(created.remaining, []);
});

test('succeeds if another pod has the name of the deleted one', async () => {
  const other: Pod = { spec: { containers: [{ name: 'main' }] }, status: { phase: 'Running' } };
  const { created, entry } = sleeper(
    cluster(new DbgError('lost', 'ConnectionClosed', 'container not found'), [other]),
  );
  await entry.remove(NEVER);
  assert.deepEqual(created.remaining, []);
});

test('succeeds if exec fails in a pod that is being deleted, but not if the sleeper runs on', async () => {
  const leaving = podWith({ running: {} }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  const refusal = new DbgError('lost', 'ConnectionClosed', 'container not found');
  await sleeper(cluster(refusal, [leaving])).entry.remove(NEVER);
  await assert.rejects(
    sleeper(cluster(undefined, [leaving])).entry.remove(NEVER),
    /told to exit, but is still running|did not answer in time/,
  );
});

for (const code of [401, 403, 422]) {
  test(`gives up at once if exec is refused with ${code}, and keeps the container on the list`, async () => {
    const fake = cluster(statusError(code, CALL), [RUNS]);
    const { created, entry } = sleeper(fake);
    await assert.rejects(entry.remove(NEVER), { code });
    assert.equal(fake.asked(), 0);
    assert.deepEqual(created.remaining, [entry]);
  });
}

test('gives up on a running container after some checks', async () => {
  const fake = cluster(new DbgError('lost', 'ConnectionClosed', 'no'), [RUNS]);
  const { created, entry } = sleeper(fake);
  await assert.rejects(entry.remove(NEVER), /no/);
  assert.ok(fake.asked() > 1 && fake.asked() < 10, `${fake.asked()} checks`);
  assert.deepEqual(created.remaining, [entry]);
});
