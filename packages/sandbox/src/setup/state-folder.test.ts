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
import { abandonedFolders, hasPrivateFolder, makeStateFolder, removeStateFolder } from './state-folder.ts';

const MARKER = '.kube-sandbox';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-folder-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A directory with files that a sandbox would delete if they were its own. */
function foreignFolder(path: string): void {
  for (const name of ['images', 'kubelet', 'runc']) mkdirSync(join(path, name), { recursive: true });
  writeFileSync(join(path, 'images', 'precious'), 'x');
  chmodSync(path, 0o700);
}

test('a new directory is accessible only to its owner, and is reused', (t) => {
  const folder = join(scratch(t), 'deep', 'state');
  assert.equal(makeStateFolder(folder), folder);
  assert.equal(lstatSync(folder).mode & 0o777, 0o700);
  assert.equal(lstatSync(join(folder, MARKER)).mode & 0o777, 0o600);
  makeStateFolder(folder);
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
        foreignFolder(target);
        symlinkSync(target, path);
      },
    ],
    ['a dangling link', /is a symbolic link/, (path) => symlinkSync('/nonexistent/nowhere', path)],
    ['a file', /is not a directory/, (path) => writeFileSync(path, '')],
    [
      "a directory with a sandbox's file names but no marker",
      /is not a sandbox's directory, but contains "(images|kubelet|runc)"/,
      foreignFolder,
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
      assert.throws(() => makeStateFolder(path), words);
      await removeStateFolder(path).catch(() => {});
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
      assert.throws(() => makeStateFolder(path), /belongs to another user \(uid 65534\)/);
    },
  );
});

for (const command of ['up', 'status', 'down']) {
  test(`kube-sandbox ${command} refuses a directory with a predictable name that others can access`, async (t) => {
    const folder = join(scratch(t), 'state');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    // Must not make the command kill another user's process.
    writeFileSync(join(folder, 'instance.json'), JSON.stringify({ pid: 1, startTime: '1', url: 'x' }));
    assert.equal(await run([command, '--state-folder', folder, '--runtime', 'simulated']), 69);
    assert.deepEqual(readdirSync(folder), ['instance.json']);
  });
}

test("deletes only a sandbox's files from a directory that contains others", async (t) => {
  const folder = join(scratch(t), 'state');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'notes'), 'mine');
  makeStateFolder(folder);
  mkdirSync(join(folder, 'images'));
  // A link is deleted itself, not its target.
  const target = scratch(t);
  foreignFolder(target);
  symlinkSync(target, join(folder, 'kubelet'));
  await removeStateFolder(folder);
  assert.deepEqual(readdirSync(folder), ['notes']);
  assert.ok(existsSync(join(target, 'images', 'precious')));
  assert.ok(hasPrivateFolder(folder));
});

test('only temporary directories with a valid marker of a dead process are abandoned', (t) => {
  const parent = scratch(t);
  const format = 'kube-sandbox state folder, version 1';
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
  makeStateFolder(join(parent, 'kube-sandbox-ffffff'));
  assert.deepEqual(abandonedFolders(parent), [join(parent, 'kube-sandbox-aaaaaa')]);
});
