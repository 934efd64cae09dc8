import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTime, parseSchedule, ScheduleError } from './cron-schedule.ts';

const AFTER = new Date('2026-11-23T17:15:30Z');

for (const [schedule, expected] of [
  ['* * * * *', '2026-11-23T17:16:00.000Z'],
  ['*/15 * * * *', '2026-11-23T17:30:00.000Z'],
  ['0 0 1 1 *', '2027-01-01T00:00:00.000Z'],
  ['@daily', '2026-11-24T00:00:00.000Z'],
  ['30 9-17/4 * * MON-FRI', '2026-11-23T17:30:00.000Z'],
  ['0 12 13 * FRI', '2026-11-27T12:00:00.000Z'],
  ['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
  ['5,10 3 * dec *', '2026-12-01T03:05:00.000Z'],
] as const) {
  test(`the next time of ${schedule} is ${expected}`, () => {
    assert.equal(nextTime(parseSchedule(schedule), AFTER)?.toISOString(), expected);
  });
}

test('a schedule on the 30th of February has no next time', () => {
  assert.equal(nextTime(parseSchedule('0 0 30 2 *'), AFTER), undefined);
});

for (const [schedule, message] of [
  ['', 'empty spec string'],
  ['* * *', 'expected exactly 5 fields, found 3: [* * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
] as const) {
  test(`refuses ${JSON.stringify(schedule)}`, () => {
    assert.throws(
      () => parseSchedule(schedule),
      (error) => error instanceof ScheduleError && error.message === message,
    );
  });
}
