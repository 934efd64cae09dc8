import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Waiting } from './connection.ts';
import type { SessionContext } from './session-context.ts';
import { tellWaiting } from './tell-waiting.ts';

const FAILURE = {
  kind: 'lost',
  message: 'cannot attach to it: no route',
  failure: { code: 'StreamFailed', facts: { container: 'app', way: 'attach' } },
} as const;

function scene(taken: boolean, plugin?: string) {
  const clock = new ManualClock();
  const titles: (string | undefined)[] = [];
  const said: string[] = [];
  const session = {
    clock,
    terminal: { taken, showStatus: (text: string | undefined) => titles.push(text) },
    options: { cluster: { server: 'https://api:6443', runningPlugin: () => plugin } },
    notify: (code: string, text: string) => said.push(`${code}: ${text}`),
  };
  const tell = tellWaiting(session as unknown as SessionContext, 'container app');
  const silence: Waiting = { again: false, waited: 3_000, failure: undefined, because: 'silence' };
  return { clock, titles, said, tell, silence };
}

test('a first attach without a response', () => {
  const { tell, said, silence } = scene(false);
  tell(silence);
  assert.deepEqual(said, ['attach-waits: waiting for 3 s for https://api:6443 to connect to container app']);
});

test('names a running credential plugin as the cause', () => {
  const { tell, said, silence } = scene(false, 'aws');
  tell(silence);
  assert.deepEqual(said, [
    'attach-waits: waiting for 3 s for the credential plugin aws, to connect to container app',
  ]);
});

test('says why the last attempt failed', () => {
  const { tell, said, silence } = scene(false);
  tell({ ...silence, because: 'retry', failure: FAILURE });
  assert.deepEqual(said, ['attach-retry: cannot attach to it: no route: trying again']);
});

test('prints a reason once, shortened, and after that only the elapsed time', async () => {
  const { clock, tell, said, silence } = scene(false);
  const page = { ...FAILURE, message: `${FAILURE.message}, at length`, brief: 'cannot attach to it: 502' };
  for (let second = 0; second < 10; second += 1) {
    const failure = second % 2 === 0 ? page : FAILURE;
    tell({ again: false, waited: second * 1_000, failure, because: 'retry' });
    tell({ ...silence, waited: second * 1_000, failure });
    await clock.pass(1_000);
  }
  const waits = 'for https://api:6443 to connect to container app';
  assert.deepEqual(said, [
    'attach-retry: cannot attach to it: 502: trying again',
    'attach-retry: cannot attach to it: no route: trying again',
    `attach-waits: waiting for 3 s ${waits}`,
    `attach-waits: waiting for 7 s ${waits}`,
  ]);
});

test('prints lines at growing intervals', async () => {
  const { clock, tell, said, silence } = scene(false);
  for (let second = 0; second < 3_600; second += 1) {
    tell({ ...silence, again: true, waited: second * 1_000 });
    await clock.pass(1_000);
  }
  assert.ok(said.length > 60 && said.length < 70, `${said.length} lines in an hour`);
  assert.match(said[0] ?? '', /^reattach: the connection to container app broke: trying again$/);
});

test('uses only the title while the container uses the terminal', () => {
  const { tell, said, titles, silence } = scene(true);
  tell({ ...silence, again: true, waited: 5_400, failure: FAILURE });
  tell({ ...silence, again: true, waited: 6_400, failure: FAILURE });
  assert.deepEqual(said, []);
  assert.deepEqual(titles, [
    'kubectl dbg: container app: connection lost, trying again for 5 s (cannot attach to it: no route)',
    'kubectl dbg: container app: connection lost, trying again for 6 s (cannot attach to it: no route)',
  ]);
});
