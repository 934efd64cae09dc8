// Loaded before the manual clock is installed: loading files takes real time.
import '../doctor/explain-container.ts';
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Channel } from 'kubectl-dbg-wire';
import { ApiStatusError } from '../cluster/index.ts';
import type { Cluster } from '../cluster/types.ts';
import { exitCodeOf } from '../model/outcome.ts';
import { type Answer, FakeCluster } from '../testing/fake-cluster.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { runSession } from './session.ts';
import type { ExecWords, SessionNotice } from './session-options.ts';

const EXEC: ExecWords = { words: ['tool'], end: ['kill', '1'] };
const CALL = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/exec' } as const;
const exitWith = (code: number) =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });

class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal = 'SIGTERM';
}

function start(
  answers: Answer[],
  { stdin = false, exec = EXEC }: { stdin?: boolean; exec?: ExecWords } = {},
) {
  const cluster = new FakeCluster(answers);
  const clock = new ManualClock();
  const abort = new AbortController();
  const notices: SessionNotice[] = [];
  const input = new PassThrough();
  const stdout = new PassThrough();
  const report = runSession(
    {
      cluster: cluster as unknown as Cluster,
      address: { namespace: 'shop', pod: 'web', container: 'app' },
      pod: cluster.pod,
      stdin,
      tty: false,
      world: {
        stdin: input,
        stdout,
        stderr: stdout,
        now: () => clock.now(),
        onSignal: () => () => {},
        passOutput: () => () => {},
        suspend: () => {},
      },
      stdout,
      stderr: new PassThrough().resume(),
      timeout: 0,
      exec,
      detachKeys: new Uint8Array(),
      signal: abort.signal,
      listener: { progress: () => {}, begins: () => {}, notice: (notice) => notices.push(notice) },
    },
    clock,
  );
  const ended = async () => {
    const { outcome } = await clock.until(report, 60_000);
    assert.equal(clock.waiting, 0, 'no timer is left');
    assert.ok(
      cluster.execs.every(({ command }) => command.over),
      'no connection is left',
    );
    return outcome;
  };
  return { cluster, clock, abort, notices, input, stdout, ended, report };
}

test('forwards input, and signals its end', async () => {
  const session = start(['open'], { stdin: true });
  session.input.end('data');
  await session.clock.pass(100);
  const [exec] = session.cluster.execs;
  assert.equal(String(exec?.command.sent[0]), 'data');
  assert.ok(exec?.command.inputEnded);
  session.cluster.end(0, false);
  assert.deepEqual(await session.ended(), { kind: 'exited', code: 0 });
});

test('a refusal ends it, and the sleeper is stopped nevertheless', async () => {
  const session = start([new ApiStatusError(403, { message: 'no ticket!', reason: 'Forbidden' }, CALL)]);
  const outcome = await session.ended();
  assert.equal(exitCodeOf(outcome), 77);
  assert.ok(outcome.kind === 'refused');
  assert.match(outcome.message, /^cannot run the command in container app of pod web: .*no ticket!/);
  assert.deepEqual(session.notices, [], 'there is no log to follow');
  assert.deepEqual(
    session.cluster.execs.map(({ words }) => words),
    [['kill', '1']],
  );
});

test('retries after a server error', async () => {
  const session = start(['unavailable', 'open']);
  await session.clock.pass(1_000);
  session.cluster.end(4, false);
  assert.deepEqual(await session.ended(), { kind: 'exited', code: 4 });
});

test('a container that terminated before the command could run in it', async () => {
  const session = start(['gone']);
  session.cluster.end(0, true);
  const outcome = await session.ended();
  assert.equal(exitCodeOf(outcome), 74);
});

test('a hanging sleeper does not delay the end for long', async () => {
  const session = start(['open']);
  session.cluster.killsAtOnce = false;
  await session.clock.pass(100);
  session.cluster.end(0, false);
  const begun = session.clock.now();
  assert.deepEqual(await session.ended(), { kind: 'exited', code: 0 });
  assert.ok(session.clock.now() - begun < 5_000);
});

for (const kills of [true, false]) {
  test(`reports whether the sleeper was told to exit: ${kills}`, async () => {
    const session = start(['open']);
    session.cluster.killsAtOnce = kills;
    await session.clock.pass(100);
    session.cluster.end(0, false);
    await session.ended();
    assert.equal((await session.report).isSleeperTold, kills);
  });
}

test('an interruption ends the command’s connection, and leaves the sleeper to the clean-up', async () => {
  const session = start(['open']);
  session.cluster.killsAtOnce = false;
  await session.clock.pass(100);
  const begun = session.clock.now();
  session.abort.abort(new Interrupted());
  assert.deepEqual(await session.ended(), { kind: 'interrupted', signal: 'SIGTERM' });
  assert.deepEqual(
    session.cluster.execs.map(({ words }) => words),
    [['tool']],
  );
  assert.equal(session.clock.now() - begun < 1_000, true);
});

test('an interruption while the sleeper is told to exit does not wait for it', async () => {
  const session = start(['open']);
  session.cluster.killsAtOnce = false;
  await session.clock.pass(100);
  session.cluster.end(0, false);
  await session.clock.pass(100);
  const begun = session.clock.now();
  session.abort.abort(new Interrupted());
  await session.ended();
  assert.equal((await session.report).isSleeperTold, false);
  assert.equal(session.clock.now() - begun < 1_000, true);
});

test('a closed output', async () => {
  const session = start(['open']);
  await session.clock.pass(100);
  session.stdout.destroy();
  session.cluster.execs[0]?.command.give('x');
  assert.deepEqual(await session.ended(), { kind: 'broken-pipe' });
});

for (const [why, code, kind, words] of [
  ['it does not exist', 41, 'never-started', /no program "tool"/],
  ['it may not be run', 42, 'never-started', /permission denied/],
  ['the command itself returned it', 0, 'exited', undefined],
] as const) {
  test(`exit code 127 of a shell: ${why}`, async () => {
    const session = start(['open'], {
      exec: { ...EXEC, program: { name: 'tool', whyNotRun: ['why'] } },
    });
    await session.clock.pass(100);
    session.cluster.execs[0]?.command.give(exitWith(127), Channel.error);
    session.cluster.execs[0]?.command.finish(1000);
    await session.clock.pass(100);
    const asked = session.cluster.execs[1];
    assert.deepEqual(asked?.words, ['why']);
    asked?.command.give(exitWith(code), Channel.error);
    const outcome = await session.ended();
    assert.equal(outcome.kind, kind);
    if (words === undefined) assert.equal(exitCodeOf(outcome), 127);
    else assert.match('message' in outcome ? outcome.message : '', words);
  });
}
