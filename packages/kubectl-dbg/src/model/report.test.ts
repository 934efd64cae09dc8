import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exitCodeOfReport, RESULT_CLASSES, type ResultClass, type StopReason, summarize } from './report.ts';

const rows: [string, ResultClass[], { stopped?: StopReason; minCoverage?: number }, number][] = [
  ['all passed', ['passed', 'passed'], {}, 0],
  ['one failed', ['passed', 'failed'], {}, 1],
  ['one timed out', ['passed', 'timed-out'], {}, 1],
  ['one not started', ['passed', 'not-started'], {}, 2],
  ['one lost and one failed', ['failed', 'lost'], {}, 2],
  ['not attempted without a reason to stop', ['passed', 'not-attempted'], {}, 2],
  ['lost within the required coverage', ['passed', 'passed', 'passed', 'lost'], { minCoverage: 0.75 }, 0],
  ['failed within the required coverage', ['failed', 'passed', 'passed', 'lost'], { minCoverage: 0.75 }, 1],
  ['below the required coverage', ['passed', 'lost'], { minCoverage: 0.75 }, 2],
  ['no target', [], {}, 3],
  ['all skipped', ['skipped', 'skipped'], {}, 3],
  ['skipped targets do not count', ['skipped', 'passed'], {}, 0],
  ['stopped by a threshold', ['failed', 'not-attempted'], { stopped: 'max-failures' }, 4],
  ['stopped by the deadline', ['passed', 'not-attempted'], { stopped: 'deadline' }, 4],
  ['interrupted', ['passed', 'not-attempted'], { stopped: 'SIGINT' }, 130],
  ['terminated', ['passed', 'not-attempted'], { stopped: 'SIGTERM' }, 143],
];

for (const [name, classes, options, code] of rows) {
  test(`exit code ${code}: ${name}`, () => {
    assert.equal(exitCodeOfReport(summarize(classes.map((entry) => ({ class: entry }))), options), code);
  });
}

test('exit code 0 requires a target that passed, and none without a result', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...RESULT_CLASSES)), (classes) => {
      const summary = summarize(classes.map((entry) => ({ class: entry })));
      const isClean = classes.includes('passed') && classes.every((c) => c === 'passed' || c === 'skipped');
      assert.equal(exitCodeOfReport(summary) === 0, isClean);
    }),
  );
});
