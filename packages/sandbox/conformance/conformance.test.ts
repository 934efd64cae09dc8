import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIXTURES } from './fixtures.ts';
import { loadRecordings } from './load.ts';
import { OUT_OF_SCOPE } from './out-of-scope.ts';
import { textReport } from './report.ts';
import { runConformance } from './run.ts';
import { missingForRealContainers } from '../src/setup/runtime-choice.ts';

const missing = missingForRealContainers();

test('every out-of-scope entry names an existing scenario', () => {
  const names = new Set(loadRecordings(FIXTURES).map(({ name }) => name));
  assert.deepEqual(
    Object.keys(OUT_OF_SCOPE).filter((name) => !names.has(name)),
    [],
  );
});

test(
  'the sandbox responds like the recorded server',
  missing === undefined ? {} : { skip: missing },
  async () => {
    const { results } = await runConformance(loadRecordings(FIXTURES), { runtime: 'runc' });
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    assert.equal(failed.length, 0, textReport(results));
  },
);
