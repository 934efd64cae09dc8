import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { recall, remember } from './terminal-memory.ts';

/** A state directory for the test; the subdirectory for saved texts does not exist yet. */
async function scene(context: TestContext): Promise<{ top: string; kept: string }> {
  const top = await temporaryDirectory(context);
  const before = process.env['XDG_STATE_HOME'];
  const home = process.env['HOME'];
  process.env['XDG_STATE_HOME'] = top;
  process.env['HOME'] = top;
  context.after(() => {
    process.env['HOME'] = home;
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
  });
  const kept = join(top, 'kubectl-dbg', 'terminals');
  mkdirSync(dirname(kept));
  return { top, kept };
}

const old = (path: string) => {
  writeFileSync(path, 'x');
  utimesSync(path, 0, 0);
  return path;
};

describe('saved terminal state', { skip: process.platform === 'win32' && 'other directories' }, () => {
  test('is read back, and deleted when it is old', async (context) => {
    const { kept } = await scene(context);
    mkdirSync(kept);
    const ours = old(join(kept, 'parent-1'));
    const other = old(join(kept, 'notes.txt'));
    remember('text');
    assert.equal(recall(), 'text');
    assert.equal(existsSync(ours), false);
    assert.equal(existsSync(other), true);
  });

  test('a directory that is a link is not used, and nothing in its target is deleted', async (context) => {
    const { top, kept } = await scene(context);
    const aim = join(top, 'aim');
    mkdirSync(aim);
    const precious = old(join(aim, 'parent-1'));
    symlinkSync(aim, kept);
    remember('text');
    assert.equal(existsSync(precious), true);
    assert.deepEqual(readdirSync(aim), ['parent-1']);
  });
});
