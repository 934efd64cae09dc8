// Runs test files with Node's own runner: `npm test` starts this with the flags for TypeScript.
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import report from './test-reporter.mjs';

/**
 * Timeout of a test file. The slowest, the replay of all recordings, takes two minutes. A file that leaves a server or a child
 * process open also runs into it, because files are not forced to exit, so that such leaks are found.
 */
const HANG_MS = 280_000;

/** It mostly waits: started last, it would run alone at the end. */
const FIRST = 'conformance.test.ts';

const files = process.argv.slice(2);
run({
  files: files.toSorted((a, b) => Number(b.endsWith(FIRST)) - Number(a.endsWith(FIRST))),
  // Many tests wait for containers and servers; one file more than there are CPUs keeps these busy.
  concurrency: availableParallelism() + 1,
  timeout: HANG_MS,
})
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(report)
  .pipe(process.stdout);
