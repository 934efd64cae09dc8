import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ApiStatusError, type ApiRequest } from '../../cluster/index.ts';
import { DbgError } from '../../model/failure.ts';
import { type LogTimes, SessionLog } from './session-log.ts';

const ADDRESS = { namespace: 'shop', pod: 'web', container: 'debugger' };
const TIMES: LogTimes = { patience: 300, retry: 5, held: 100, idle: 150, look: 100 };

const RUNNING = { running: {} };
const ENDED = { terminated: { exitCode: 4 } };
const ALL = ['one', 'two', 'three', 'four'].map((word, second) => `2026-01-01T00:00:0${second}Z ${word}\n`);

/** The response to one log request: lines, then how it ends. A number is a refusal with that status. */
type Reading = { lines?: number; ends: 'clean' | 'broken' | 'silent'; after?: number } | number;

interface Scene {
  readings: Reading[];
  /** The result of each read of the pod; the last one repeats. A number is a refusal. */
  looks?: (object | number)[];
}

function refusal(code: number, { method, path }: ApiRequest): ApiStatusError {
  const reason = code === 404 ? 'NotFound' : code === 403 ? 'Forbidden' : '';
  return new ApiStatusError(code, { kind: 'Status', code, reason, message: 'no' }, { method, path });
}

/** A container with a log of four lines, over a connection that first behaves as the scene says, then works. */
function play({ readings, looks = [ENDED] }: Scene) {
  const controller = new AbortController();
  const stdout = new PassThrough();
  const warnings: string[] = [];
  let reading = 0;
  let look = 0;
  async function* answer(given: Exclude<Reading, number>, since: string, signal?: AbortSignal) {
    const lines = ALL.slice(0, given.lines ?? ALL.length).filter((line) => line.slice(0, 20) >= since);
    if (lines.length > 0) yield Buffer.from(lines.join(''));
    if (given.after !== undefined) await new Promise((resolve) => setTimeout(resolve, given.after));
    if (given.ends === 'clean') return;
    if (given.ends === 'silent') {
      await new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      );
    }
    throw new DbgError('lost', 'ConnectionClosed', 'the connection was reset');
  }
  const log = new SessionLog(ADDRESS, 'u1', {
    cluster: {
      server: 'https://x',
      async request<T>(request: ApiRequest): Promise<T> {
        const state = looks[Math.min(look, looks.length - 1)];
        look += 1;
        if (typeof state === 'number') throw refusal(state, request);
        const ephemeralContainerStatuses = [{ name: 'debugger', state }];
        return { metadata: { uid: 'u1' }, status: { ephemeralContainerStatuses } } as T;
      },
      async stream(request) {
        const given = readings[reading] ?? { ends: 'clean' };
        reading += 1;
        if (typeof given === 'number') throw refusal(given, request);
        return answer(given, String(request.query?.['sinceTime'] ?? ''), request.signal);
      },
    },
    stdout,
    warn: (text) => void warnings.push(text),
    signal: controller.signal,
    times: TIMES,
  });
  return { log, warnings, printed: () => (stdout.read() as Buffer | null)?.toString() ?? '' };
}

const WHOLE = 'one\ntwo\nthree\nfour\n';
const end = (lines: number, ends: 'clean' | 'broken' | 'silent') => ({ lines, ends });

for (const [what, readings, warned] of [
  ['is complete at once', [], 0],
  ['breaks', [end(2, 'broken')], 1],
  ['ends early as if complete', [end(1, 'clean')], 0],
  ['falls silent', [end(3, 'silent')], 1],
  ['breaks, and is refused for a while', [end(2, 'broken'), 500, 503], 1],
] as const) {
  test(`the log of a terminated container ${what}: every line arrives once`, async () => {
    const { log, warnings, printed } = play({ readings: [...readings] });
    await log.print(true);
    assert.equal(printed(), WHOLE);
    assert.equal(warnings.length, warned, warnings.join('\n'));
  });

  test(`the followed log ${what}: every line arrives once, then it ends`, async () => {
    const { log, printed } = play({ readings: [...readings] });
    assert.deepEqual(await log.follow(), ENDED.terminated);
    assert.equal(printed(), WHOLE);
  });
}

test("rejects at once with the server's message if the log is never available", async () => {
  for (const [code, kind] of [
    [403, 'refused'],
    [400, 'usage'],
    [500, 'unreachable'],
  ] as const) {
    const { log, warnings } = play({ readings: [code] });
    await assert.rejects(log.print(true), {
      kind,
      message: /cannot read the log of container debugger .*no/,
    });
    assert.deepEqual(warnings, []);
  }
});

test('does not follow a log without the right to read it', async () => {
  const { log } = play({ readings: [403], looks: [RUNNING] });
  await assert.rejects(log.follow(), { kind: 'refused', message: /no/ });
});

for (const [what, readings, looks, why] of [
  ['is refused again and again', Array<Reading>(200).fill(500), [RUNNING], /: no$/],
  ['is refused, and so is the pod', Array<Reading>(200).fill(503), [503], /: no$/],
  ['ends as soon as it is opened', Array<Reading>(200).fill(end(0, 'clean')), [RUNNING], /too soon/],
  [
    'is silent, and the pod cannot be read',
    Array<Reading>(200).fill(end(0, 'silent')),
    [500],
    /nothing came/,
  ],
] as const) {
  test(`gives up on a followed log that ${what}`, async () => {
    const { log, warnings } = play({ readings: [...readings], looks: [...looks] });
    const begun = performance.now();
    await assert.rejects(log.follow(), { kind: 'lost', code: 'LogBroken', message: why });
    assert.ok(performance.now() - begun >= TIMES.patience);
    assert.ok(warnings.length <= 1, warnings.join('\n'));
  });
}

test('a quiet log may be cut any number of times if it can be reopened', async () => {
  const quiet: Reading = { lines: 0, ends: 'broken', after: 110 };
  const { log, printed } = play({
    readings: [quiet, quiet, quiet, quiet, quiet],
    looks: [RUNNING, RUNNING, RUNNING, RUNNING, RUNNING, ENDED],
  });
  assert.deepEqual(await log.follow(), ENDED.terminated);
  assert.equal(printed(), WHOLE);
});

test('a long silence after a broken connection is not a failure', async () => {
  // Runs for longer than our time limit, then terminates without further output.
  const looks = [RUNNING, RUNNING, RUNNING, RUNNING, RUNNING, RUNNING, ENDED];
  const { log, printed } = play({ readings: [end(1, 'broken'), end(1, 'silent')], looks });
  assert.deepEqual(await log.follow(), ENDED.terminated);
  assert.equal(printed(), WHOLE);
});

test('stops following a silent log once its container has terminated, and reads the rest', async () => {
  const { log, printed } = play({ readings: [end(1, 'silent')], looks: [RUNNING, RUNNING, ENDED] });
  assert.deepEqual(await log.follow(), ENDED.terminated);
  assert.equal(printed(), WHOLE);
});

test('ends if the pod is gone', async () => {
  const { log } = play({ readings: [end(1, 'broken')], looks: [404] });
  assert.equal(await log.follow(), 'gone');
});
