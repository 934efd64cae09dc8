// Performance as a promise: sizes, and what each path loads. Raise a number only with a reason in the change. What a
// session loads stands in requests.test.ts.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BUNDLE, measureLoading } from './loaded-code.ts';

/** Bytes of the client for debugging itself, YAML and WebSocket libraries included (those two are 110 kB of it). */
const BUNDLE_BYTES = 600_000;

/**
 * Pieces of other commands, which debugging never reads, with budgets of their own: the rules of a diagnosis with the pages
 * that explain them, one command in many pods with its reports, files and captures with the archive format.
 */
const APART: readonly [piece: RegExp, bytes: number][] = [
  [/^(rules|diagnose|doctor)-/, 210_000],
  // Schemas of reports and journals that are read back are 1.5 kB of it, what keeps little of each pod and notices that a
  // watch is silent 3 kB; each format of a report is a file.
  [
    /^(each|list-each|pod-feed|report|write-reports|csv|github|html|junit|markdown|prometheus|sarif)-/,
    122_000,
  ],
  [/^(cp|copy-files|pcap|capture|tar-writer)-/, 75_000],
];

/**
 * Bytes of our own code that a path reads before it prints; the table of flags, which help and parser share, is most of it.
 * Failures with codes and facts have cost 2 kB of each, waits that a signal ends and a lost terminal 1 kB.
 */
const paths: [name: string, args: string[], code: number, bytes: number, never: RegExp][] = [
  ['--version', ['--version'], 0, 4_000, /js-yaml|wrapper|http2-transport|debug-|start/],
  ['--help', ['--help'], 0, 64_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['a mistake on the command line', ['web', '--foo'], 64, 66_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['no configuration', ['web'], 78, 154_000, /js-yaml|wrapper|http2-transport/],
];

describe('budgets', () => {
  test(`the client is at most ${BUNDLE_BYTES} bytes, and what stands apart within its own`, async () => {
    const files = (await readdir(BUNDLE)).filter((name) => name.endsWith('.cjs'));
    const size = async (name: string) => (await stat(join(BUNDLE, name))).size;
    const sum = async (names: string[]) =>
      (await Promise.all(names.map(size))).reduce((total, bytes) => total + bytes, 0);
    for (const [piece, budget] of APART) {
      const bytes = await sum(files.filter((name) => piece.test(name)));
      assert.ok(bytes > 0 && bytes <= budget, `${piece.source} ${bytes} bytes`);
    }
    const total = await sum(files.filter((name) => !APART.some(([piece]) => piece.test(name))));
    assert.ok(total > 0 && total <= BUNDLE_BYTES, `${total} bytes`);
  });

  for (const [name, args, code, budget, never] of paths) {
    test(`${name} reads at most ${budget} bytes of code`, async () => {
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
