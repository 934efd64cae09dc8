// Performance as a promise: sizes, and what each path loads. Raise a number only with a reason in the change. What a
// session loads stands in requests.test.ts.
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BUNDLE, measureLoading } from './loaded-code.ts';

/** Bytes of the whole client, YAML and WebSocket libraries included (those two are 110 kB of it). */
const BUNDLE_BYTES = 360_000;

/** Bytes of our own code that a path reads before it prints. */
const paths: [name: string, args: string[], code: number, bytes: number, never: RegExp][] = [
  ['--version', ['--version'], 0, 4_000, /js-yaml|wrapper|http2-transport|debug-|start/],
  ['--help', ['--help'], 0, 60_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['a mistake on the command line', ['web', '--foo'], 64, 60_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['no configuration', ['web'], 78, 150_000, /js-yaml|wrapper|http2-transport/],
];

describe('budgets', () => {
  test(`the whole client is at most ${BUNDLE_BYTES} bytes`, async () => {
    const files = (await readdir(BUNDLE)).filter((name) => name.endsWith('.cjs'));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(BUNDLE, name))).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
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
