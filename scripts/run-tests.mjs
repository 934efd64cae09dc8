// Runs the test files given, by Node's own runner: `npm test` starts this with what it needs to read TypeScript.
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import report from './test-reporter.mjs';

/**
 * A test file that takes longer hangs: the slowest, the replay of all recordings, takes two minutes. One that leaves a server
 * or a child open does so too: files are not ended by force, so that it is found.
 */
const HANG_MS = 280_000;

/** It waits more than it works: begun last, it would have the machine to itself. */
const FIRST = 'conformance.test.ts';

const files = process.argv.slice(2);
run({
  files: files.toSorted((a, b) => Number(b.endsWith(FIRST)) - Number(a.endsWith(FIRST))),
  // Many tests wait for containers and servers; one file more than there are processors keeps those busy.
  concurrency: availableParallelism() + 1,
  timeout: HANG_MS,
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(report)
  .pipe(process.stdout);
