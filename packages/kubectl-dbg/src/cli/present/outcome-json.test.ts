import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SessionReport } from '../../session/session.ts';
import { outcomeJson } from './outcome-json.ts';

const REPORT: SessionReport = {
  address: { namespace: 'default', pod: 'web', container: 'debugger-x2k8p' },
  outcome: { kind: 'exited', code: 3 },
  target: 'main',
  begun: 1_021,
  phases: { schedule: 0, pull: 0, create: 131 },
  running: 1_152,
  attached: 1_166,
  ended: 1_262,
  delivery: { stdout: 3, stderr: 0, fromLog: 3, inexact: false, bytes: 3, lost: 0, mayRepeat: false },
};
const EXTRA = { workflow: 'ephemeral', created: 1_000 };

/** As printed: without undefined fields. */
function printed(report: SessionReport): Record<string, unknown> {
  return JSON.parse(JSON.stringify(outcomeJson(report, EXTRA))) as Record<string, unknown>;
}

test('the document has exactly the documented fields', () => {
  const page = readFileSync(new URL('../../../../../docs/outcome.md', import.meta.url), 'utf8');
  const example = JSON.parse(page.slice(page.indexOf('    {'), page.indexOf('\n    }') + 6)) as object;
  const { started, finished, ...others } = printed(REPORT);
  assert.equal(started, '1970-01-01T00:00:01.152Z');
  assert.equal(finished, '1970-01-01T00:00:01.262Z');
  assert.deepEqual({ ...example, ...others }, { ...example });
  assert.deepEqual(Object.keys(printed(REPORT)), Object.keys(example));
});

test('reports that output may be missing or duplicated', () => {
  const delivery = { stdout: 9, stderr: 0, fromLog: 9, inexact: true, bytes: 9, mayRepeat: true };
  const { bytes } = printed({ ...REPORT, delivery: { ...delivery, lost: 'unknown' } });
  assert.deepEqual(bytes, {
    stdout: 9,
    stderr: 0,
    fromLog: 9,
    inexact: true,
    lost: 'unknown',
    mayRepeat: true,
  });
});

test('a session that never ran has no times and no output', () => {
  const { address, begun, ended } = REPORT;
  const failure = { code: 'ImageNotFound', facts: { image: 'nosuch' } } as const;
  const outcome = { kind: 'never-started', reason: 'ErrImagePull', message: 'no image', failure } as const;
  const document = printed({ address, begun, ended, outcome });
  assert.equal(document['started'], undefined);
  assert.equal(document['exitCode'], 69);
  assert.equal(document['reason'], 'ErrImagePull');
  assert.deepEqual(document['failure'], failure);
  assert.deepEqual(document['milliseconds'], { write: 21, total: 262 });
  assert.deepEqual(document['bytes'], {
    stdout: 0,
    stderr: 0,
    fromLog: 0,
    inexact: false,
    lost: 0,
    mayRepeat: false,
  });
});
