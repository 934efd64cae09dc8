// Performance budgets: sizes, and the code that each path loads. Raise a number only with a reason in the change. The budget
// of a session is in requests.test.ts.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BUNDLE, measureLoading } from './loaded-code.ts';

/** Bytes of the client for debugging itself, including the YAML and WebSocket libraries (110 kB). */
const BUNDLE_BYTES = 590_000;

/**
 * Chunks of other commands, which debugging never loads, with their own budgets: the doctor's rules with their
 * explanations, `each` with its reports, files and captures with the archive format, the commands about sessions.
 */
const SEPARATE: readonly [piece: RegExp, bytes: number][] = [
  [/^(rules|diagnose|doctor)-/, 210_000],
  // 1.5 kB are schemas of reports and journals, 3 kB the reduction of pods and the detection of a silent watch; each report
  // format is a separate file.
  [
    /^(each|list-each|pod-feed|report|write-reports|csv|github|html|junit|markdown|prometheus|sarif)-/,
    122_000,
  ],
  [/^(cp|copy-files|pcap|capture|tar-writer)-/, 75_000],
  [/^(ls|logs|stop|clean|attach|session-table|watch-sessions)-/, 30_000],
];

/**
 * Bytes of our own code that a path loads before it prints. Most of it is the table of flags, which help and parser share;
 * 2 kB are failures with codes and facts, 1 kB interruptible waits and the handling of a lost terminal.
 */
const paths: [name: string, args: string[], code: number, bytes: number, never: RegExp][] = [
  ['--version', ['--version'], 0, 4_000, /js-yaml|wrapper|http2-transport|debug-|start/],
  ['--help', ['--help'], 0, 64_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['a usage error', ['web', '--foo'], 64, 66_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['no configuration', ['web'], 78, 154_000, /js-yaml|wrapper|http2-transport/],
];

describe('budgets', () => {
  test(`the client is at most ${BUNDLE_BYTES} bytes, and each separate chunk is within its budget`, async () => {
    const files = (await readdir(BUNDLE)).filter((name) => name.endsWith('.cjs'));
    const size = async (name: string) => (await stat(join(BUNDLE, name))).size;
    const sum = async (names: string[]) =>
      (await Promise.all(names.map(size))).reduce((total, bytes) => total + bytes, 0);
    for (const [piece, budget] of SEPARATE) {
      const bytes = await sum(files.filter((name) => piece.test(name)));
      assert.ok(bytes > 0 && bytes <= budget, `${piece.source} ${bytes} bytes`);
    }
    const total = await sum(files.filter((name) => !SEPARATE.some(([piece]) => piece.test(name))));
    assert.ok(total > 0 && total <= BUNDLE_BYTES, `${total} bytes`);
  });

  for (const [name, args, code, budget, never] of paths) {
    test(`${name} loads at most ${budget} bytes of code`, async () => {
      const { loaded, result, bytes } = await measureLoading(args);
      assert.equal(result.code, code, result.stderr);
      assert.ok(loaded.includes('main.cjs'), 'the measurement works');
      assert.deepEqual(
        loaded.filter((file) => never.test(file)),
        [],
      );
      assert.ok(bytes <= budget, `${bytes} bytes: ${loaded.join(', ')}`);
    });
  }
});
