import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { run } from '../cli/run.ts';
import {
  abandonedDirectories,
  hasPrivateDirectory,
  makeStateDirectory,
  removeStateDirectory,
} from './state-directory.ts';

const MARKER = '.kube-sandbox';

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'state-directory-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A directory with files that a sandbox would delete if they were its own. */
function foreignDirectory(path: string): void {
  for (const name of ['images', 'kubelet', 'runc']) mkdirSync(join(path, name), { recursive: true });
  writeFileSync(join(path, 'images', 'precious'), 'x');
  chmodSync(path, 0o700);
}

test('a new directory is accessible only to its owner, and is reused', (t) => {
  const directory = join(scratch(t), 'deep', 'state');
  assert.equal(makeStateDirectory(directory), directory);
  assert.equal(lstatSync(directory).mode & 0o777, 0o700);
  assert.equal(lstatSync(join(directory, MARKER)).mode & 0o777, 0o600);
  makeStateDirectory(directory);
});

describe('refuses a directory that another user could have created, and does not change it', () => {
  const rows: [what: string, words: RegExp, make: (path: string, t: TestContext) => void][] = [
    [
      'accessible to others',
      /can be used by others \(mode 0777/,
      (path) => (mkdirSync(path), chmodSync(path, 0o777)),
    ],
    ['accessible to its group', /mode 0750/, (path) => (mkdirSync(path), chmodSync(path, 0o750))],
    [
      'a link to a directory',
      /is a symbolic link/,
      (path, t) => {
        const target = scratch(t);
        foreignDirectory(target);
        symlinkSync(target, path);
      },
    ],
    ['a dangling link', /is a symbolic link/, (path) => symlinkSync('/nonexistent/nowhere', path)],
    ['a file', /is not a directory/, (path) => writeFileSync(path, '')],
    [
      "a directory with a sandbox's file names but no marker",
      /is not a sandbox's directory, but contains "(images|kubelet|runc)"/,
      foreignDirectory,
    ],
    [
      'a marker that is a link',
      /is not a sandbox's directory/,
      (path) => {
        mkdirSync(path, { mode: 0o700 });
        symlinkSync('/etc/hostname', join(path, MARKER));
      },
    ],
    [
      'a marker of another format',
      /is not a sandbox's directory/,
      (path) => {
        mkdirSync(path, { mode: 0o700 });
        writeFileSync(join(path, MARKER), '{"pid":1}');
      },
    ],
  ];
  for (const [what, words, make] of rows) {
    test(what, async (t) => {
      const path = join(scratch(t), 'state');
      make(path, t);
      assert.throws(() => makeStateDirectory(path), words);
      await removeStateDirectory(path).catch(() => {});
      assert.ok(lstatSync(path, { throwIfNoEntry: false }) !== undefined);
      if (existsSync(join(path, 'images'))) assert.ok(existsSync(join(path, 'images', 'precious')));
    });
  }

  test(
    "another user's directory",
    { skip: process.getuid?.() === 0 ? false : 'only root can make one' },
    async (t) => {
      const { chownSync } = await import('node:fs');
      const path = join(scratch(t), 'state');
      mkdirSync(path, { mode: 0o700 });
      chownSync(path, 65_534, 65_534);
      assert.throws(() => makeStateDirectory(path), /belongs to another user \(uid 65534\)/);
    },
  );
});

for (const command of ['up', 'status', 'down']) {
  test(`kube-sandbox ${command} refuses a directory with a predictable name that others can access`, async (t) => {
    const directory = join(scratch(t), 'state');
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    // Must not make the command kill another user's process.
    writeFileSync(join(directory, 'instance.json'), JSON.stringify({ pid: 1, startTime: '1', url: 'x' }));
    assert.equal(await run([command, '--state-directory', directory, '--runtime', 'simulated']), 69);
    assert.deepEqual(readdirSync(directory), ['instance.json']);
  });
}

test("deletes only a sandbox's files from a directory that contains others", async (t) => {
  const directory = join(scratch(t), 'state');
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, 'notes'), 'mine');
  makeStateDirectory(directory);
  mkdirSync(join(directory, 'images'));
  // A link is deleted itself, not its target.
  const target = scratch(t);
  foreignDirectory(target);
  symlinkSync(target, join(directory, 'kubelet'));
  await removeStateDirectory(directory);
  assert.deepEqual(readdirSync(directory), ['notes']);
  assert.ok(existsSync(join(target, 'images', 'precious')));
  assert.ok(hasPrivateDirectory(directory));
});

test('only temporary directories with a valid marker of a dead process are abandoned', (t) => {
  const parent = scratch(t);
  const format = 'kube-sandbox state directory, version 1';
  const marker = (pid: number): string => JSON.stringify({ format, pid, startTime: '1' });
  const make = (name: string, text?: string, mode = 0o700): void => {
    mkdirSync(join(parent, name));
    chmodSync(join(parent, name), mode);
    if (text !== undefined) writeFileSync(join(parent, name, MARKER), text);
  };
  // The PID exists, but its process started at another time.
  make('kube-sandbox-aaaaaa', marker(process.pid));
  make('kube-sandbox-bbbbbb');
  make('kube-sandbox-cccccc', '{}');
  make('kube-sandbox-dddddd', marker(process.pid), 0o755);
  make('kube-sandbox-0', marker(process.pid));
  make('mine', marker(process.pid));
  symlinkSync(join(parent, 'mine'), join(parent, 'kube-sandbox-eeeeee'));
  makeStateDirectory(join(parent, 'kube-sandbox-ffffff'));
  assert.deepEqual(abandonedDirectories(parent), [join(parent, 'kube-sandbox-aaaaaa')]);
});
