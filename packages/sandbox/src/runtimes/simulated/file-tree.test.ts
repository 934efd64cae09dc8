import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileTree } from './file-tree.ts';

const bare = new FileTree({ image: ['/neato'] });
const system = new FileTree({ rootOf: (pid) => (pid === 1 ? bare : undefined) });

test('an image has system directories, or only a program', () => {
  assert.ok(system.list('/')?.includes('bin'));
  assert.deepEqual(bare.list('/'), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(bare.exists('/neato'), true);
  assert.equal(bare.exists('/bin'), false);
});

test("another process's files are visible under its /proc/PID/root", () => {
  assert.deepEqual(system.list('/proc/1/root/'), ['dev', 'etc', 'neato', 'proc', 'sys']);
  assert.equal(system.exists('/proc/1/root/neato'), true);
  assert.equal(system.exists('/proc/2/root'), false);
  assert.equal(system.list('/proc/2/root'), undefined);
});
