import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimestampedLog } from './timestamped-log.ts';

const stamp = (index: number): string => `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}.000000000Z`;

/** A log as sent by the server, and its text. */
function logOf(lines: readonly string[]): { stamped: string; text: string } {
  return { stamped: lines.map((line, index) => `${stamp(index)} ${line}`).join(''), text: lines.join('') };
}

test('removes the timestamps however the log is split into chunks', () => {
  const lines = fc.array(fc.constantFrom('\n', 'a b\n', '2026-01-01T00:00:00.000000000Z x\n'), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (given, sizes) => {
      const { stamped, text } = logOf(given);
      const log = new TimestampedLog();
      log.begin();
      const parts: string[] = [];
      for (let at = 0, turn = 0; at < stamped.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        parts.push(log.push(Buffer.from(stamped.slice(at, at + size))).toString());
        at += size;
      }
      assert.equal(parts.join(''), text);
    }),
  );
});

test('resumes after the last byte, even if all lines are equal and one was truncated', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(2000), (count, cut) => {
      const { stamped, text } = logOf(Array.from({ length: count }, () => 'same\n'));
      const log = new TimestampedLog();
      log.begin();
      const first = log.push(Buffer.from(stamped.slice(0, cut % stamped.length))).toString();
      log.begin();
      assert.equal(first + log.push(Buffer.from(stamped)).toString(), text);
      assert.equal(log.gapPossible, false);
    }),
  );
});

test('reports if the last known line is missing from the next response', () => {
  const log = new TimestampedLog();
  log.begin();
  log.push(Buffer.from(`${stamp(1)} one\n`));
  assert.equal(log.sinceTime, '2026-01-01T00:00:01Z');
  log.begin();
  assert.equal(log.push(Buffer.from(`${stamp(3)} three\n`)).toString(), 'three\n');
  assert.equal(log.gapPossible, true);
});
