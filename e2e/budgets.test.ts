// Performance as a promise: sizes, and what each path loads. Raise a number only with a reason in the change.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { KUBECTL_DBG, runProgram } from './command.ts';

const DIST = fileURLToPath(new URL('../packages/kubectl-dbg/dist/', import.meta.url));

/** Bytes of the whole client, YAML and WebSocket libraries included (those two are 110 kB of it). */
const BUNDLE_BYTES = 360_000;

/** Bytes of our own code that a path reads before it prints. */
const paths: [name: string, args: string[], code: number, bytes: number, never: RegExp][] = [
  ['--version', ['--version'], 0, 8_000, /js-yaml|wrapper|http2-transport|debug-|run-/],
  ['--help', ['--help'], 0, 60_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['a mistake on the command line', ['web', '--foo'], 64, 60_000, /js-yaml|wrapper|http2-transport|debug-/],
  ['no configuration', ['web'], 78, 150_000, /js-yaml|wrapper|http2-transport/],
];

describe('budgets', () => {
  test(`the whole client is at most ${BUNDLE_BYTES} bytes`, async () => {
    const files = (await readdir(DIST)).filter((name) => name.endsWith('.js'));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(DIST, name))).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 0 && total <= BUNDLE_BYTES, `${total} bytes`);
  });

  for (const [name, args, code, budget, never] of paths) {
    test(`${name} reads at most ${budget} bytes of code`, async () => {
      const { loaded, result } = await loadedBy(args);
      assert.equal(result.code, code, result.stderr);
      assert.ok(loaded.includes('main.js'), 'the measurement works');
      assert.deepEqual(
        loaded.filter((file) => never.test(file)),
        [],
      );
      const sizes = await Promise.all(loaded.map(async (file) => (await stat(join(DIST, file))).size));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      assert.ok(total <= budget, `${total} bytes: ${loaded.join(', ')}`);
    });
  }
});

/** The files of the bundle that a run loads, as V8's coverage lists them. */
async function loadedBy(args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-dbg-budget-'));
  try {
    const result = await runProgram(process.execPath, [KUBECTL_DBG, ...args], {
      env: { PATH: process.env.PATH, HOME: folder, NODE_V8_COVERAGE: folder },
    });
    const loaded: string[] = [];
    for (const file of (await readdir(folder)).filter((name) => name.startsWith('coverage-'))) {
      const { result: scripts } = JSON.parse(await readFile(join(folder, file), 'utf8')) as {
        result: { url: string }[];
      };
      for (const { url } of scripts) {
        if (url.startsWith('file:') && fileURLToPath(url).startsWith(DIST)) loaded.push(basename(url));
      }
    }
    return { result, loaded };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
