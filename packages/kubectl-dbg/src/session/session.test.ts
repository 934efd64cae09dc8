import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Channel } from 'kubectl-dbg-wire';
import { ApiStatusError } from '../cluster/index.ts';
import type { Cluster } from '../cluster/types.ts';
import { exitCodeOf } from '../model/outcome.ts';
import type { InputStream } from '../model/world.ts';
import { type Answer, FakeCluster } from '../testing/fake-cluster.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { runSession } from './session.ts';
import type { SessionNotice, SessionReport } from './session-options.ts';
import { failureWords } from '../cli/present/outcome-words.ts';
import { PLAIN_COMMANDS } from '../model/follow-up-commands.ts';

type Input = 'none' | 'piped' | 'terminal';

interface Running {
  cluster: FakeCluster;
  clock: ManualClock;
  stdin: PassThrough;
  raw: boolean[];
  notices: SessionNotice[];
  abort: AbortController;
  stderr: () => string;
  report: Promise<SessionReport>;
}

function start(
  input: Input,
  answers: Answer[],
  exec?: { words: string[]; end: string[] },
  hasStarted = true,
): Running {
  const cluster = new FakeCluster(answers);
  cluster.hasStarted = hasStarted;
  const clock = new ManualClock();
  const abort = new AbortController();
  const raw: boolean[] = [];
  const notices: SessionNotice[] = [];
  const stdin = new PassThrough();
  stdin.on('error', () => undefined);
  const terminal: InputStream = Object.assign(stdin, {
    isTTY: input === 'terminal',
    setRawMode: (on: boolean) => raw.push(on),
  });
  const stdout = new PassThrough();
  stdout.resume();
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  let shown = '';
  stderr.on('data', (data: Buffer) => (shown += data.toString()));
  const report = runSession(
    {
      cluster: cluster as unknown as Cluster,
      address: { namespace: 'shop', pod: 'web', container: 'app' },
      pod: cluster.pod,
      stdin: input !== 'none',
      tty: input === 'terminal',
      world: {
        stdin: terminal,
        stdout,
        stderr,
        now: () => clock.now(),
        onSignal: () => () => {},
        passOutput: () => () => {},
        suspend: () => {},
      },
      stdout,
      stderr: new PassThrough().resume(),
      timeout: 0,
      detachKeys: Uint8Array.of(16, 17),
      ...(exec === undefined ? {} : { exec }),
      signal: abort.signal,
      listener: { progress: () => {}, begins: () => {}, notice: (notice) => notices.push(notice) },
    },
    clock,
  );
  return { cluster, clock, stdin, raw, notices, abort, stderr: () => shown, report };
}

const CALL = { method: 'GET', path: '/api/v1/namespaces/shop/pods/web/attach' } as const;

for (const code of [400, 401, 403, 404, 409, 422, 429, 500, 502, 503]) {
  for (const form of ['status', 'text', 'page'] as const) {
    const refused = () => new ApiStatusError(code, { message: 'no ticket!' }, CALL, { form });
    for (const input of ['piped', 'terminal'] as const) {
      test(`attach refused with ${code} (${form}), ${input}: ends with its message`, async () => {
        const session = start(input, [refused()]);
        const { outcome } = await session.clock.until(session.report, 30_000);
        assert.ok(outcome.kind === 'refused' || outcome.kind === 'lost');
        assert.match(outcome.message, /container app of pod web: .*no ticket!/);
        const { remedy = '' } = await failureWords(outcome, PLAIN_COMMANDS);
        assert.match(remedy, /kubectl attach web -c app -n shop -i/);
        assert.deepEqual(session.raw, [], 'the terminal was never taken');
        assert.equal(session.clock.waiting, 0);
      });
    }
    test(`attach refused with ${code} (${form}), no input: one notice, and the complete log`, async () => {
      const session = start('none', [refused()]);
      await session.clock.pass(30_000);
      session.cluster.end(3, true);
      const { outcome } = await session.clock.until(session.report, 10_000);
      assert.deepEqual(outcome, { kind: 'exited', code: 3 });
      const followed = session.notices.filter((notice) => notice.code === 'attach-refused');
      assert.equal(followed.length, 1);
      assert.match(followed[0]?.text ?? '', /no ticket!.*: following its log instead$/);
      assert.equal(session.clock.waiting, 0);
    });
  }
}

test("a terminal session whose connection can't be reopened ends with 74, and restores the terminal", async () => {
  const session = start('terminal', ['open', 'unavailable']);
  await session.clock.pass(1_000);
  session.cluster.commands[0]?.finish(1006);
  await session.clock.pass(10_000);
  assert.ok(session.stderr().startsWith('\u001b[22;2t\u001b]2;kubectl dbg: container app: connection lost'));
  assert.match(session.stderr(), /trying again for 9 s/);
  assert.deepEqual(session.notices, [], "not a line while the terminal is the container's");
  const { outcome } = await session.clock.until(session.report, 80_000);
  assert.equal(exitCodeOf(outcome), 74);
  assert.deepEqual(session.raw, [true, false]);
  assert.match(session.stderr(), /\[23;2t$/);
  assert.equal(session.clock.waiting, 0);
});

test('an attach that repeatedly opens and breaks at once ends with 74 after a minute', async () => {
  const session = start('none', ['open-and-break']);
  const { outcome } = await session.clock.until(session.report, 90_000);
  assert.equal(exitCodeOf(outcome), 74);
  assert.ok(session.cluster.commands.length < 25);
  assert.ok(session.notices.length < 25);
});

test('a stream that is closed while the result of the container is unknown', async () => {
  const session = start('none', ['open']);
  await session.clock.pass(1_000);
  session.cluster.commands[0]?.finish(1000);
  session.cluster.hidePod();
  const { outcome } = await session.clock.until(session.report, 60_000);
  assert.match(outcome.kind === 'lost' ? outcome.message : '', /does not say how it ended/);
});

test('does not send interrupted piped input twice', async () => {
  const session = start('piped', ['open']);
  session.stdin.write('half');
  await session.clock.pass(1_000);
  session.cluster.commands[0]?.finish(1006);
  const { outcome } = await session.clock.until(session.report, 10_000);
  assert.match(outcome.kind === 'lost' ? outcome.message : '', /before all of the input was sent/);
  assert.equal(session.cluster.commands.length, 1);
});

test('a command that stops reading its input early ends with its exit code', async () => {
  const session = start('piped', ['open']);
  session.stdin.write('more than it reads');
  await session.clock.pass(1_000);
  session.cluster.end(0, true, 'Completed');
  assert.deepEqual((await session.clock.until(session.report, 10_000)).outcome, { kind: 'exited', code: 0 });
});

test('reports a reason given in the status with the exit code', async () => {
  const session = start('none', ['open']);
  await session.clock.pass(1_000);
  session.cluster.end(0, true, 'OOMKilled');
  const { outcome } = await session.clock.until(session.report, 10_000);
  assert.deepEqual(outcome, { kind: 'exited', code: 0, reason: 'OOMKilled' });
  assert.match(session.notices[0]?.text ?? '', /exited with 0, and its status says OOMKilled/);
});

for (const [policy, code, restarts] of [
  ['Always', 0, true],
  ['OnFailure', 0, false],
  ['OnFailure', 5, true],
  ['Never', 5, false],
] as const) {
  test(`exit code ${code} with restart policy ${policy}: ${restarts ? 'reports the restart' : 'no message'}`, async () => {
    const session = start('none', ['open']);
    session.cluster.restartPolicy = policy;
    await session.clock.pass(1_000);
    session.cluster.end(code, true, code === 0 ? 'Completed' : 'Error');
    const { outcome } = await session.clock.until(session.report, 10_000);
    assert.deepEqual(outcome, { kind: 'exited', code });
    assert.equal(session.notices.filter((notice) => notice.code === 'restarts').length, restarts ? 1 : 0);
  });
}

for (const seen of [true, false]) {
  test(`a container that is restarted at once after its end, which was ${seen ? '' : 'not '}seen: the end of the run that was followed`, async () => {
    const session = start('none', ['open']);
    session.cluster.restartPolicy = 'Always';
    await session.clock.pass(1_000);
    session.cluster.end(3, seen);
    session.cluster.restart(1);
    const { outcome, delivery } = await session.clock.until(session.report, 10_000);
    assert.deepEqual([outcome, delivery?.lost], [{ kind: 'exited', code: 3 }, 0]);
    assert.ok(
      session.cluster.logQueries.every((query) => query['previous'] === true || query['follow'] === true),
    );
  });
}

test('a container that is restarted twice: the end of the run that was followed is unknown', async () => {
  const session = start('none', ['open']);
  session.cluster.restartPolicy = 'Always';
  await session.clock.pass(1_000);
  session.cluster.end(0, false);
  session.cluster.restart(2);
  const { outcome } = await session.clock.until(session.report, 10_000);
  assert.match(outcome.kind === 'lost' ? outcome.message : '', /does not say how it ended/);
});

test('an exec ends with its command, even if another process holds its streams open', async () => {
  const session = start('none', ['open'], { words: ['sh', '-c', 'sleep 60 & echo v'], end: ['kill', '1'] });
  await session.clock.pass(100);
  const command = session.cluster.execs[0]?.command;
  command?.give('v\n');
  command?.give('{"metadata":{},"status":"Success"}', Channel.error);
  await session.clock.pass(400);
  assert.deepEqual(session.cluster.execs[1]?.words, ['kill', '1']);
  const { outcome, delivery } = await session.clock.until(session.report, 1_000);
  assert.deepEqual(outcome, { kind: 'exited', code: 0 });
  assert.equal(delivery?.stdout, 2);
  assert.ok(command?.over);
});

test('an exec whose connection breaks is lost', async () => {
  const session = start('none', ['open'], { words: ['x'], end: ['kill', '1'] });
  await session.clock.pass(100);
  session.cluster.execs[0]?.command.finish(1006);
  assert.equal(exitCodeOf((await session.clock.until(session.report, 5_000)).outcome), 74);
});

const forbidden = new ApiStatusError(403, { message: 'pods is forbidden: no', reason: 'Forbidden' }, CALL);
for (const [what, error, exitCode, words] of [
  ['the server is away', undefined, 74, /the cluster stopped answering \(the watch is lost\)/],
  ['a right is missing', forbidden, 77, /cannot watch pod web: pods is forbidden: no/],
] as const) {
  for (const hasStarted of [false, true]) {
    const when = hasStarted ? 'while it runs' : 'before the container has started';
    test(`a pod that can not be watched ${when} because ${what}: a lost session, and how to go on`, async () => {
      const session = start('none', ['silence'], undefined, hasStarted);
      session.cluster.loseWatch(error);
      const { outcome } = await session.clock.until(session.report, 10_000);
      assert.equal(exitCodeOf(outcome), exitCode);
      assert.ok('failure' in outcome);
      assert.match(outcome.message, /^lost the session with container app of pod web: /);
      assert.match(outcome.message, words);
      const { remedy = '' } = await failureWords(outcome, PLAIN_COMMANDS);
      assert.match(remedy, /Attach again with: kubectl attach web -c app -n shop$/);
      assert.equal(session.clock.waiting, 0);
    });
  }
}
