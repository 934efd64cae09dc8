import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileTree } from './file-tree.ts';

const bare = new FileTree({ image: ['/neato'] });
const system = new FileTree({ rootOf: (pid) => (pid === 1 ? bare : undefined) });

test('an image has a system in it, or a program alone', () => {
  assert.ok(system.list('/')?.includes('bin'));
  assert.deepEqual(bare.list('/'), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(bare.exists('/neato'), true);
  assert.equal(bare.exists('/bin'), false);
});

test('the files of another process are seen under its root', () => {
  assert.deepEqual(system.list('/proc/1/root/'), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(system.exists('/proc/1/root/neato'), true);
  assert.equal(system.exists('/proc/2/root'), false);
  assert.equal(system.list('/proc/2/root'), undefined);
});
