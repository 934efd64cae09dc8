import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cluster } from '../cluster/types.ts';
import { exitCodeOf } from '../model/outcome.ts';
import type { InputStream } from '../model/world.ts';
import { type Answer, FakeCluster } from '../testing/fake-cluster.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { runSession } from './session.ts';

/** Events that may occur during a session, in sequence, with pauses. */
type Happening =
  | {
      do:
        | 'break'
        | 'close'
        | 'output'
        | 'input'
        | 'input-end'
        | 'input-error'
        | 'detach'
        | 'delete'
        | 'abort';
    }
  | { do: 'end'; code: number; told: boolean }
  | { do: 'watch-lost' | 'pod-unreadable' };

class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal = 'SIGTERM';
}

/** An hour of virtual time: longer than any session that waits for nothing. */
const LIMIT_MS = 3_600_000;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc
    .constantFrom<Happening['do'][]>(
      'break',
      'close',
      'output',
      'input',
      'input-end',
      'input-error',
      'detach',
      'delete',
      'abort',
      'watch-lost',
      'pod-unreadable',
    )
    .map((what) => ({ do: what }) as Happening),
  fc.record({ do: fc.constant('end' as const), code: fc.constantFrom(0, 1, 137, 256), told: fc.boolean() }),
);

test('with any events, a session ends once, and never as a success unless the container succeeded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('none', 'piped', 'terminal'),
      fc.boolean(),
      fc.array(
        fc.constantFrom<Answer[]>('open', 'open-and-break', 'refused', 'unavailable', 'silence', 'gone'),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.array(fc.tuple(fc.constantFrom(0, 50, 1_000, 40_000), happening), { maxLength: 8 }),
      async (input, exec, answers, happenings) => {
        const cluster = new FakeCluster(answers);
        const clock = new ManualClock();
        const abort = new AbortController();
        const raw: boolean[] = [];
        const stdin: InputStream = Object.assign(new PassThrough(), {
          isTTY: input === 'terminal',
          setRawMode: (on: boolean) => raw.push(on),
        });
        stdin.on('error', () => undefined);
        const stdout = new PassThrough();
        stdout.resume();
        let ends = 0;
        const session = runSession(
          {
            cluster: cluster as unknown as Cluster,
            address: { namespace: 'shop', pod: 'web', container: 'app' },
            pod: cluster.pod,
            stdin: input !== 'none',
            tty: input === 'terminal',
            world: {
              stdin,
              stdout,
              stderr: stdout,
              now: () => clock.now(),
              onSignal: () => () => {},
              passOutput: () => () => {},
              suspend: () => {},
            },
            stdout,
            stderr: stdout,
            timeout: 0,
            detachKeys: Uint8Array.of(16, 17),
            ...(exec ? { exec: { words: ['true'], end: ['kill', '1'] } } : {}),
            signal: abort.signal,
            listener: { progress: () => {}, begins: () => {}, notice: () => {} },
          },
          clock,
        ).finally(() => (ends += 1));
        for (const [pause, what] of happenings) {
          await clock.pass(pause);
          happen(what, cluster, stdin as PassThrough, abort);
        }
        // Finally the container terminates, if it has not yet; nothing else is needed.
        await clock.pass(1_000);
        cluster.end(3, true);
        const report = await clock.until(session, LIMIT_MS);
        const code = exitCodeOf(report.outcome);
        if (report.outcome.kind === 'exited') assert.equal(report.outcome.code, cluster.ended);
        if (code === 0) assert.ok(report.outcome.kind === 'detached' || cluster.ended === 0);
        assert.equal(ends, 1);
        assert.ok(raw.length % 2 === 0 && raw.at(-1) !== true, 'the terminal is given back');
        assert.ok(
          [...cluster.commands, ...cluster.execs.map(({ command }) => command)].every(({ over }) => over),
          'no connection is left',
        );
        assert.equal(clock.waiting, 0, 'no timer is left');
      },
    ),
    { numRuns: 100 },
  );
});

function happen(what: Happening, cluster: FakeCluster, stdin: PassThrough, abort: AbortController): void {
  const command = cluster.commands.at(-1);
  switch (what.do) {
    case 'break':
      return command?.finish(1006);
    case 'close':
      return command?.finish(1000);
    case 'output':
      return command?.give('x\n');
    case 'input':
      return void (stdin.writable && stdin.write('x'));
    case 'input-end':
      return void (stdin.writable && stdin.end());
    case 'input-error':
      return void stdin.destroy(Object.assign(new Error('x'), { code: 'EIO' }));
    case 'detach':
      return void (stdin.writable && stdin.write('\x10\x11'));
    case 'delete':
      return cluster.delete();
    case 'abort':
      return abort.abort(new Interrupted());
    case 'end':
      return cluster.end(what.code, what.told);
    case 'watch-lost':
      return cluster.loseWatch();
    case 'pod-unreadable':
      return cluster.hidePod();
  }
}
