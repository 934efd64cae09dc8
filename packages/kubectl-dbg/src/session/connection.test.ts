import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCommand } from '../testing/fake-command.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Connection, type Opening, type Waiting } from './connection.ts';
import type { OpenVerdict } from './open-failure.ts';

const FAILURE = { code: 'SessionAborted', facts: {} } as const;
const BREAKS = { kind: 'lost', message: 'breaks again and again', failure: FAILURE } as const;
const RETRY: Extract<OpenVerdict, { do: 'retry' }> = {
  do: 'retry',
  after: undefined,
  failure: { kind: 'lost', message: '503', failure: FAILURE },
  quiet: false,
};

function setUp(
  open: (tries: number, signal: AbortSignal) => Promise<FakeCommand>,
  verdict: OpenVerdict = RETRY,
) {
  const clock = new ManualClock();
  const session = new AbortController();
  const ended = new AbortController();
  const waits: Waiting[] = [];
  const tries: number[] = [];
  const connection = new Connection({
    open: (signal) => {
      tries.push(clock.now());
      return open(tries.length, signal);
    },
    judge: () => Promise.resolve(verdict),
    opened: () => undefined,
    waiting: (waiting) => waits.push(waiting),
    breaks: BREAKS,
    clock,
    signal: session.signal,
    ended: ended.signal,
    random: () => 0.5,
  });
  return { clock, session, ended, waits, tries, connection };
}

const refuse = () => Promise.reject(new Error('503'));

/** Reads a command to its end. */
async function drain(opening: Opening): Promise<void> {
  assert.ok(opening.kind === 'open');
  for await (const _frame of opening.command);
}

test('retries with growing pauses, and rejects with the last failure', async () => {
  const { clock, connection, tries, waits } = setUp(refuse);
  const opening = await clock.until(connection.open(20_000), 30_000);
  assert.deepEqual(opening, { kind: 'gave-up', failure: RETRY.failure });
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  assert.deepEqual(pauses, [150, 300, 600, 1200, 2400, 3750, 3750, 3750, 3750]);
  assert.equal(waits.filter(({ because }) => because === 'retry').length, 9);
  assert.equal(clock.waiting, 0);
});

test('succeeds after several attempts', async () => {
  const command = new FakeCommand();
  const { clock, connection } = setUp((tries) => (tries < 4 ? refuse() : Promise.resolve(command)));
  assert.equal((await clock.until(connection.open(20_000), 30_000)).kind, 'open');
  assert.equal(clock.waiting, 0);
});

test('a failure with a shorter time limit at first has the full one after the stream has been open', async () => {
  let fails = true;
  const open = () => (fails ? refuse() : Promise.resolve(new FakeCommand()));
  const { clock, connection, tries } = setUp(open, { ...RETRY, patience: 8_000 });
  assert.equal((await clock.until(connection.open(20_000), 30_000)).kind, 'gave-up');
  assert.ok((tries.at(-1) ?? 0) < 8_000);
  fails = false;
  const opening = await clock.until(connection.open(20_000), 30_000);
  assert.equal(opening.kind, 'open');
  fails = true;
  await clock.pass(20_000);
  const began = clock.now();
  assert.equal((await clock.until(connection.reopen(60_000), 90_000)).kind, 'gave-up');
  assert.ok((tries.at(-1) ?? 0) - began > 50_000);
});

test('waits for Retry-After, unless it exceeds the time limit', async () => {
  const patient = setUp((tries) => (tries < 2 ? refuse() : Promise.resolve(new FakeCommand())), {
    ...RETRY,
    after: 7_000,
  });
  assert.equal((await patient.clock.until(patient.connection.open(20_000), 30_000)).kind, 'open');
  assert.deepEqual(patient.tries, [0, 7_000]);
  const hasty = setUp(refuse, { ...RETRY, after: 3_600_000 });
  assert.equal((await hasty.clock.until(hasty.connection.open(20_000), 1_000)).kind, 'gave-up');
});

test('reports a missing response after three seconds, and gives up at the time limit', async () => {
  const { clock, connection, waits } = setUp(() => new Promise(() => undefined));
  const opening = connection.open(20_000);
  await clock.pass(2_900);
  assert.equal(waits.length, 0);
  await clock.pass(200);
  assert.deepEqual(waits, [{ again: false, waited: 3_000, failure: undefined, because: 'silence' }]);
  assert.match(JSON.stringify(await clock.until(opening, 30_000)), /no answer within 20 s/);
  assert.equal(clock.waiting, 0);
});

test('stops if the container terminates meanwhile', async () => {
  const { clock, connection, ended } = setUp(refuse);
  const opening = connection.open(20_000);
  await clock.pass(500);
  ended.abort();
  assert.deepEqual(await clock.until(opening, 100), { kind: 'ended' });
  assert.equal(clock.waiting, 0);
});

test('backs off from an attach that repeatedly opens and breaks at once, and gives up', async () => {
  const { clock, connection, tries } = setUp(() => {
    const command = new FakeCommand();
    command.finish(1006);
    return Promise.resolve(command);
  });
  await drain(await clock.until(connection.open(20_000), 1_000));
  const run = async (): Promise<Opening> => {
    for (;;) {
      const opening = await connection.reopen(60_000);
      if (opening.kind !== 'open') return opening;
      await drain(opening);
    }
  };
  assert.deepEqual(await clock.until(run(), 90_000), { kind: 'gave-up', failure: BREAKS });
  assert.ok(tries.length < 25, `${tries.length} tries`);
  assert.ok(clock.now() < 70_000);
});

test('the time limit starts at the last useful byte', async () => {
  const { clock, connection } = setUp(() => {
    const command = new FakeCommand();
    command.give('x');
    command.finish(1006);
    return Promise.resolve(command);
  });
  await drain(await clock.until(connection.open(20_000), 1_000));
  for (let round = 0; round < 100; round += 1) {
    await clock.pass(1_000);
    await drain(await clock.until(connection.reopen(60_000), 1_000));
  }
});

test('a connection that was quiet but stable does not count as a failure', async () => {
  const commands: FakeCommand[] = [];
  const { clock, connection } = setUp(() => {
    commands.push(new FakeCommand());
    return Promise.resolve(commands.at(-1) ?? new FakeCommand());
  });
  await clock.until(connection.open(20_000), 1_000);
  for (let hour = 0; hour < 24; hour += 1) {
    await clock.pass(30_000);
    commands.at(-1)?.finish(1006);
    assert.equal((await clock.until(connection.reopen(60_000), 1_000)).kind, 'open');
  }
});
