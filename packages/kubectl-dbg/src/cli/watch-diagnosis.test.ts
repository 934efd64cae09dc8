import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DbgError } from '../model/failure.ts';
import { Interrupted } from '../model/interruption.ts';
import type { Diagnoses } from '../operations/diagnose/diagnose.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { watchDiagnosis } from './watch-diagnosis.ts';

const FACTS = { server: 'https://x', why: 'ConnectionRefused' } as const;
const AWAY = new DbgError('unreachable', 'ServerUnreachable', 'cannot reach the server https://x', FACTS);
const GONE = new DbgError('notFound', 'ObjectNotFound', 'pods "web" not found', { status: 404, reason: '' });
const FORBIDDEN = new DbgError('refused', 'Forbidden', 'pods is forbidden', {
  status: 403,
  reason: 'Forbidden',
  ground: 'unknown',
  silent: false,
});

function diagnosis(verdict: 'ok' | 'broken'): Diagnoses {
  const target = { kind: 'Pod', namespace: 'shop', name: 'web' };
  const item = { apiVersion: 'kubectl-dbg/v1', kind: 'Diagnosis', target, verdict } as const;
  return {
    items: [{ ...item, findings: [], notChecked: [], rights: [] }],
    unreadNeeds: [],
    missing: new Map(),
    user: undefined,
  };
}

/** Watches with these results of the checks; the last one repeats. */
function watch(...looks: (Diagnoses | Error)[]) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const printed: string[] = [];
  const said: string[] = [];
  let asked = 0;
  const ended = watchDiagnosis(
    () => {
      const comes = looks[Math.min(asked, looks.length - 1)];
      asked += 1;
      return comes instanceof Error ? Promise.reject(comes) : Promise.resolve(comes ?? diagnosis('ok'));
    },
    {
      print: async ({ items }, isFirst) => {
        await Promise.resolve();
        printed.push(`${isFirst ? 'first ' : ''}${items[0]?.verdict ?? ''}`);
      },
      say: (text) => said.push(text),
      world: { now: () => clock.now(), randomInt: () => 0 },
      signal: stop.signal,
      clock,
    },
  );
  ended.catch(() => undefined);
  return { clock, stop, printed, said, ended, asked: () => asked };
}

for (const [what, error] of [
  ['an unreachable server', AWAY],
  ['a missing target', GONE],
] as const) {
  test(`reports ${what} and goes on, with growing pauses`, async () => {
    const away = Array.from({ length: 6 }, () => error);
    const run = watch(diagnosis('ok'), ...away, diagnosis('ok'), diagnosis('broken'));
    await run.clock.pass(10_000);
    assert.deepEqual(run.said, [`Warning: since 00:00:02Z ${error.message}: trying again`]);
    // 2 s, and then at least 1, 2 and 4 s.
    assert.equal(run.asked(), 5);
    await run.clock.pass(60_000);
    assert.match(run.said[1] ?? '', /^Warning: the server answers again, after \d+ s$/);
    assert.equal(run.said.length, 2);
    assert.deepEqual(run.printed, ['first ok', 'broken']);
    run.stop.abort(new Interrupted('SIGINT'));
    await assert.rejects(run.ended, Interrupted);
    assert.equal(run.clock.waiting, 0);
  });
}

test('ends at a permanent failure, and at any failure of the first check', async () => {
  const run = watch(diagnosis('ok'), FORBIDDEN);
  await run.clock.pass(5_000);
  await assert.rejects(run.ended, FORBIDDEN);
  await assert.rejects(watch(AWAY).ended, AWAY);
});

test('a signal during a check is the reason, whatever the check returns', async () => {
  const stop = new AbortController();
  const ended = watchDiagnosis(
    () => {
      stop.abort(new Interrupted('SIGTERM'));
      return Promise.reject(AWAY);
    },
    {
      print: () => Promise.resolve(),
      say: () => undefined,
      world: { now: () => 0, randomInt: () => 0 },
      signal: stop.signal,
    },
  );
  await assert.rejects(ended, Interrupted);
});
