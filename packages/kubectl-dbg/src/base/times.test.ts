import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { nowIs } from './times.ts';

const ZONE = process.env.TZ;
afterEach(() => {
  if (ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = ZONE;
});

const WINTER = Date.UTC(2026, 0, 31, 9, 50, 33, 768);
const SUMMER = Date.UTC(2026, 6, 31, 9, 50, 33);

const rows: [zone: string, now: number, words: string][] = [
  ['UTC', WINTER, '2026-01-31T09:50:33Z'],
  ['America/New_York', WINTER, '2026-01-31T04:50:33-05:00'],
  ['America/New_York', SUMMER, '2026-07-31T05:50:33-04:00'],
  ['Asia/Kolkata', WINTER, '2026-01-31T15:20:33+05:30'],
  ['Pacific/Marquesas', WINTER, '2026-01-31T00:20:33-09:30'],
];
for (const [zone, now, words] of rows) {
  test(`shows a time in the user's time zone, with its offset: ${zone}, ${words}`, () => {
    process.env.TZ = zone;
    assert.equal(nowIs('after', now, Date.UTC(2025, 5, 1)), `now ${words} is after 2025-06-01T00:00:00Z`);
  });
}

test('shows an invalid time as unknown', () => {
  process.env.TZ = 'UTC';
  assert.equal(nowIs('before', WINTER, NaN), 'now 2026-01-31T09:50:33Z is before an unknown time');
});
