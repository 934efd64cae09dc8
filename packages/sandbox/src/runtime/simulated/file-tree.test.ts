import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileTree } from './file-tree.ts';

const system = new FileTree([]);
const bare = new FileTree([], '/neato');
const roots = new Map([[1, bare]]);
const rootOf = (pid: number): FileTree | undefined => roots.get(pid);

test('an image has a system in it, or a program alone', () => {
  assert.ok(system.list('/', rootOf)?.includes('bin'));
  assert.deepEqual(bare.list('/', rootOf), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(bare.exists('/neato', rootOf), true);
  assert.equal(bare.exists('/bin', rootOf), false);
});

test('the files of another process are seen under its root', () => {
  assert.deepEqual(system.list('/proc/1/root/', rootOf), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(system.exists('/proc/1/root/neato', rootOf), true);
  assert.equal(system.exists('/proc/2/root', rootOf), false);
  assert.equal(system.list('/proc/2/root', rootOf), undefined);
});
