// --edit: whatever an editor does with its file, its terminal and its signals, the command ends with its reason, and
// neither the editor nor its file stays behind unmentioned.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { isAlive } from '../packages/kubectl-dbg/src/testing/is-alive.ts';
import { createSleepingPod } from './create-pod.ts';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { TerminalProgram } from './terminal.ts';

const LINUX = process.platform === 'linux' ? false : 'needs Linux';
const PATIENCE_MS = 60_000;

/** Waits in pieces, so that traps run. */
const WAITS = 'while :; do sleep 0.05; done';

describe('editors', { skip: LINUX }, () => {
  let sandbox: Sandbox;
  let directory: string;
  let temporary: string;
  let editors = 0;

  before(async () => {
    sandbox = await startSandbox({ runtime: 'simulated' });
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-editors-'));
    await createSleepingPod(sandbox.kubeconfig, 'web');
  });
  beforeEach(async () => {
    temporary = await mkdtemp(join(directory, 'tmp-'));
  });
  after(async () => {
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const env = (more: Record<string, string>) => ({
    PATH: process.env.PATH,
    HOME: directory,
    KUBECONFIG: sandbox.kubeconfig,
    TERM: 'xterm',
    TMPDIR: temporary,
    ...more,
  });

  /** The path of an editor, a shell script whose `$1` is the file. */
  async function editor(script: string, below = ''): Promise<string> {
    await mkdir(join(directory, below), { recursive: true });
    const path = join(directory, below, `editor-${(editors += 1)}`);
    await writeFile(path, `#!/bin/bash\n${script}\n`, { mode: 0o700 });
    return path;
  }

  const run = async (more: Record<string, string>) =>
    await runDbg(['web', '-q', '--edit', '--', 'echo', 'RAN'], { env: env(more) });

  for (const [what, script, message] of [
    ['deletes the file', 'rm "$1"', /cannot read what the editor has left: the file is gone\./],
    ['deletes its directory', 'rm -r "${1%/*}"', /the file is gone\./],
    ['leaves a directory', 'rm "$1"; mkdir "$1"', /it is a directory\./],
    ['leaves a FIFO', 'rm "$1"; mkfifo "$1"', /it is not a regular file\./],
    ['leaves a file without end', 'rm "$1"; ln -s /dev/zero "$1"', /it is larger than 4 MiB\./],
    [
      'leaves bytes that are no text',
      String.raw`printf 'a: \377\n' >"$1"`,
      /not valid UTF-8 \(line 1, column 4\)\./,
    ],
    ['fails', 'exit 3', /the editor \S+ exited with 3; nothing was written/],
    ['is killed', 'kill -KILL $$', /the editor \S+ was terminated by SIGKILL; nothing was written/],
  ] as const) {
    test(`an editor that ${what}`, async () => {
      const { code, stdout, stderr } = await run({ EDITOR: await editor(script) });
      assert.deepEqual([code, stdout], [64, ''], stderr);
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
      assert.deepEqual(await readdir(temporary), []);
    });
  }

  for (const [what, variables, message] of [
    [
      'that is not installed',
      { EDITOR: 'no-such-editor -x' },
      /no-such-editor: it is not installed, or not in PATH/,
    ],
    ['that is not a program', { EDITOR: '/' }, /cannot start the editor \/: it is not an executable file/],
    ['with an open quote', { KUBE_EDITOR: `vi -c 'x` }, /KUBE_EDITOR has a quote that is not closed/],
    ['with an empty name', { EDITOR: `''` }, /EDITOR names no program/],
    ['of blanks', { EDITOR: '  ' }, /--edit without a terminal needs EDITOR to be set/],
    [
      'without a place for its file',
      { EDITOR: 'true', TMPDIR: '/proc' },
      /for the editor in \/proc: .*Set TMPDIR/,
    ],
  ] as const) {
    test(`an editor ${what}`, async () => {
      const { code, stderr } = await run(variables);
      assert.equal(code, 64, stderr);
      assert.match(stderr, message);
    });
  }

  test('quotes and backslashes keep blanks in the name and the arguments of an editor', async () => {
    const path = await editor('printf "<%s>" "${@:1:$#-1}"', 'with blank');
    for (const command of [
      `"${path}" -c 'set x' ''`,
      String.raw`${path.replace(' ', String.raw`\ `)} -c set\ x ""`,
    ]) {
      const { code, stdout, stderr } = await run({ EDITOR: command });
      assert.deepEqual([code, stdout], [0, '<-c><set x><>RAN\n'], stderr);
    }
  });

  for (const dryRun of ['none', 'server']) {
    test(`what the user has written is kept and named if the server refuses it (--dry-run=${dryRun})`, async () => {
      const script = await editor(String.raw`sed -i 's/image: busybox/image: " "/' "$1"`);
      const args = ['web', '-q', '--edit', `--dry-run=${dryRun}`, '--image=busybox', '--', 'echo', 'RAN'];
      const { code, stderr } = await runDbg(args, { env: env({ EDITOR: script }) });
      assert.equal(code, 64, stderr);
      const file = /^What you have written is kept in (.*)$/m.exec(stderr)?.[1] ?? '';
      assert.match(await readFile(file, 'utf8'), /image: " "/);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });
  }

  test('what the user has written is kept and named if it is not usable', async () => {
    for (const text of ['a: [', '[]', '{}', 'kind: Pod\n---\nkind: Pod']) {
      const { code, stderr } = await run({ EDITOR: await editor(`echo '${text}' >"$1"`) });
      assert.equal(code, 64, stderr);
      const file = /^What you have written is kept in (.*)$/m.exec(stderr)?.[1] ?? '';
      assert.equal(await readFile(file, 'utf8'), `${text}\n`, stderr);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      await rm(join(file, '..'), { recursive: true });
    }
    const { code, stderr } = await run({ EDITOR: await editor(': >"$1"') });
    assert.equal(code, 64);
    assert.equal(stderr, 'error: cancelled: the file is empty, nothing was written\n');
    assert.deepEqual(await readdir(temporary), []);
  });

  /** kubectl-dbg on a terminal, once its editor has printed its PID. */
  async function open(context: TestContext, script: string) {
    const EDITOR = await editor(script.replace('OPEN', () => 'echo "open $$"'));
    const args = [KUBECTL_DBG, 'web', '-q', '--edit', '--', 'echo', 'RAN'];
    const terminal = new TerminalProgram(process.execPath, args, { env: env({ EDITOR }), cols: 200 });
    context.after(() => terminal.kill('SIGKILL'));
    await terminal.waitFor(/open \d+/, PATIENCE_MS);
    return { terminal, editor: Number(/open (\d+)/.exec(terminal.raw)?.[1]) };
  }

  async function assertGone(pid: number): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (isAlive(pid)) {
      assert.ok(Date.now() < end, 'the editor runs on');
      await delay(10);
    }
    assert.deepEqual(await readdir(temporary), []);
  }

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const) {
    for (const [what, script] of [
      ['ignores signals', `trap '' INT TERM HUP QUIT; OPEN; ${WAITS}`],
      ['is stopped', `OPEN; kill -STOP $$; ${WAITS}`],
    ] as const) {
      test(`${signal} ends an editor that ${what}, and then kubectl-dbg`, async (context) => {
        const { terminal, editor } = await open(context, script);
        terminal.kill(signal);
        assert.equal(await terminal.exited, code, terminal.text);
        await assertGone(editor);
      });
    }
  }

  test('an editor that is ended restores the terminal before kubectl-dbg exits', async (context) => {
    const { terminal, editor } = await open(
      context,
      `trap 'sleep 0.3; echo restored; exit 1' TERM; OPEN; ${WAITS}`,
    );
    terminal.kill('SIGTERM');
    assert.equal(await terminal.exited, 143, terminal.text);
    assert.match(terminal.text, /restored/);
    await assertGone(editor);
  });

  test('ctrl-C is for an editor that handles it', async (context) => {
    const { terminal } = await open(context, `trap 'exit 0' INT; OPEN; ${WAITS}`);
    terminal.type('\u0003');
    assert.equal(await terminal.exited, 0, terminal.text);
    assert.match(terminal.text, /RAN/);
    assert.deepEqual(await readdir(temporary), []);
  });

  test('ctrl-C ends kubectl-dbg together with an editor that does not', async (context) => {
    const { terminal, editor } = await open(context, `OPEN; ${WAITS}`);
    terminal.type('\u0003');
    assert.equal(await terminal.exited, 130, terminal.text);
    assert.doesNotMatch(terminal.text, /error/);
    await assertGone(editor);
  });

  test('ctrl-\\ ends it even if the editor ignores ctrl-C', async (context) => {
    const { terminal, editor } = await open(context, `trap '' INT QUIT; OPEN; ${WAITS}`);
    terminal.type('\u0003\u001c');
    assert.equal(await terminal.exited, 131, terminal.text);
    await assertGone(editor);
  });
});
