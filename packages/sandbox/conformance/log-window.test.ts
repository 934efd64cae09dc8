import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './answer.ts';
import { isOwnWindow } from './log-window.ts';
import type { Step } from './recording.ts';

const step = (path: string): Step => ({ at_ms: 0, as: 'admin', request: { path } }) as unknown as Step;
const ok = (body: string, sent = 0): Answer => ({
  status: 200,
  headers: {},
  body,
  moments: [sent, sent + 50],
});

const LOG = '/api/v1/namespaces/a/pods/p/log';
const steps = [step(`${LOG}?timestamps=true`)];
const answers = [ok('2026-01-01T00:00:00.5Z early\n2026-01-01T00:00:04.5Z late\n')];
const at = (seconds: number): number => Date.parse('2026-01-01T00:00:00Z') + seconds * 1000;

for (const [query, sent, body, expected] of [
  ['sinceSeconds=1', 5, 'late\n', true],
  ['sinceSeconds=1', 6, '', true],
  ['sinceSeconds=1', 6, 'late\n', false],
  ['sinceSeconds=9', 5, 'early\nlate\n', true],
  ['sinceSeconds=9', 5, 'late\n', false],
  ['sinceSeconds=9&tailLines=1', 5, 'late\n', true],
  // A line that became too old while the request was in flight may or may not be in the response.
  ['sinceSeconds=1', 5.48, 'late\n', true],
  ['sinceSeconds=1', 5.48, '', true],
  ['tailLines=1', 5, 'late\n', false],
] as const) {
  test(`${query} at ${sent} s may show ${JSON.stringify(body)}: ${expected}`, () => {
    assert.equal(isOwnWindow(step(`${LOG}?${query}`), ok(body, at(sent)), steps, answers), expected);
  });
}

test('accepts no difference if the times of the lines are unknown', () => {
  assert.equal(isOwnWindow(step(`${LOG}?sinceSeconds=1`), ok('', at(6)), [], []), false);
});
