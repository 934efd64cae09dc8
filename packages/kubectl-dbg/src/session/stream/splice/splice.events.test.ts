import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Splice } from './splice.ts';

/** Set `SPLICE_RUNS=20000` for more. */
const RUNS = Number(process.env['SPLICE_RUNS'] ?? 400);

/** More steps than any sequence of events needs to finish. */
const MAX_STEPS = 2000;

type Event = (splice: Splice, now: number) => void;

const bytes = fc
  .constantFrom('line\n', 'y\n', '\0'.repeat(20_000), 'prompt> ', 'a\r\n', 'b\r')
  .map((text) => Buffer.from(text, 'latin1'));

const event: fc.Arbitrary<{ name: string; send: Event }> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constant({
      name: 'attach opened',
      send: (splice: Splice, now: number) => splice.attachOpened(now),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ channel: fc.constantFrom(1, 2), data: bytes }).map(({ channel, data }) => ({
      name: `attach ${channel}: ${data.length}`,
      send: (splice: Splice, now: number) => splice.attachData(channel, data, now),
    })),
  },
  {
    arbitrary: fc.boolean().map((clean) => ({
      name: `attach ended, clean: ${clean}`,
      send: (splice: Splice, now: number) => splice.attachEnded(clean, now),
    })),
    weight: 2,
  },
  {
    weight: 6,
    arbitrary: fc
      .record({ data: bytes, gap: fc.nat(9).map((number) => number === 0) })
      .map(({ data, gap }) => ({
        name: `log: ${data.length}, cut: ${gap}`,
        send: (splice: Splice, now: number) => splice.logData(data, now, gap),
      })),
  },
  {
    weight: 2,
    arbitrary: fc.boolean().map((clean) => ({
      name: `log ended, clean: ${clean}`,
      send: (splice: Splice, now: number) => splice.logEnded(clean, now),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'log opened',
      send: (splice: Splice, now: number) => splice.logOpened(now),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'log refused',
      send: (splice: Splice, now: number) => splice.logRefused(now),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'at end',
      send: (splice: Splice, now: number) => splice.logChecked(true, now),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'no tail',
      send: (splice: Splice, now: number) => splice.logTail(undefined, now),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'terminated',
      send: (splice: Splice, now: number) => splice.terminated(now),
    }),
  },
);

const events = fc.array(fc.record({ event, pause: fc.constantFrom(0, 1, 20, 300, 4000) }), { maxLength: 40 });

test('with any events in any order, finishes after the container has terminated, and counts what it wrote', () => {
  fc.assert(
    fc.property(events, fc.boolean(), fc.boolean(), (sequence, tty, attach) => {
      const splice = new Splice({ tty, attach, thresholds: { checkBytes: 30_000, rotation: 100_000 } });
      const written = { stdout: 0, stderr: 0 };
      let now = 0;
      let finished = 0;
      const take = (): void => {
        for (const command of splice.take()) {
          if (command.do === 'write') written[command.stream] += command.data.length;
          if (command.do === 'write') assert.equal(finished, 0, 'it wrote after its end');
          if (command.do === 'finished') finished += 1;
        }
      };
      for (const step of sequence) {
        now += step.pause;
        step.event.send(splice, now);
        take();
      }
      // From here on only time passes; no request gets a response.
      splice.terminated(now);
      for (let steps = 0; !splice.finished; steps += 1) {
        const next = splice.deadline();
        assert.ok(next !== undefined, `in ${splice.state} it waits for nothing`);
        assert.ok(steps < MAX_STEPS, `it stays in ${splice.state}`);
        now = next;
        splice.tick(now);
        take();
      }
      take();
      assert.equal(finished, 1);
      assert.deepEqual(written, { stdout: splice.report.stdout, stderr: splice.report.stderr });
    }),
    { numRuns: RUNS },
  );
});
