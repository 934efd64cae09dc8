// Sessions on a terminal: detaching, suspending, and restoring the terminal in all cases.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { createSleepingPod } from './create-pod.ts';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { missingForContainers } from './real-containers.ts';
import { TerminalProgram } from './terminal.ts';

describe('terminal sessions', { skip: missingForContainers() ?? false }, () => {
  let sandbox: Sandbox;
  let home: string;
  let env: Record<string, string | undefined>;

  before(async () => {
    sandbox = await startSandbox({ runtime: 'runc' });
    home = await mkdtemp(join(tmpdir(), 'kubectl-dbg-home-'));
    env = { PATH: process.env.PATH, HOME: home, TERM: 'xterm', KUBECONFIG: sandbox.kubeconfig };
    const running = untilPod(sandbox, (pod) => pod.status?.phase === 'Running');
    await createSleepingPod(sandbox.kubeconfig, 'web');
    await running;
  });
  after(async () => {
    await sandbox.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** A shell that runs kubectl-dbg and prints its exit code and the terminal's state. It keeps running so that no output is lost. */
  function inShell(t: TestContext, args: string, extra: Record<string, string> = {}): TerminalProgram {
    const command = `${process.execPath} ${KUBECTL_DBG} ${args}; echo "code $?"; stty -a | grep -o -e '-\\?icanon' -e '-\\?echo ' -e '-\\?isig' -e '-\\?opost'; read _`;
    const terminal = new TerminalProgram('sh', ['-c', command], { env: { ...env, ...extra }, cols: 200 });
    t.after(() => terminal.kill('SIGKILL'));
    return terminal;
  }

  async function restored(terminal: TerminalProgram, code: number): Promise<void> {
    await terminal.waitFor(/code \d+\n(?:.*\n)*-?isig[\s\S]*-?icanon[\s\S]*-?echo/);
    const tail = terminal.text.slice(terminal.text.lastIndexOf('code '));
    assert.match(tail, new RegExp(`^code ${code}$`, 'm'), terminal.text);
    assert.doesNotMatch(tail, /-icanon|-echo|-isig|-opost/, terminal.text);
  }

  test('ctrl-p ctrl-q detaches: the container keeps running, and the command to attach is printed', async (t) => {
    const terminal = inShell(t, 'web -c detached -- sh');
    await terminal.waitFor(/[#$]$/);
    terminal.type('\x10\x11');
    await terminal.waitFor('kubectl attach web -c detached -n default -i -t');
    await restored(terminal, 0);
    const pod = sandbox.store.get('pods', 'default', 'web') as unknown as Pod;
    const status = pod.status?.ephemeralContainerStatuses?.find(({ name }) => name === 'detached');
    assert.ok(status?.state?.running !== undefined);
  });

  test('other detach keys, and none', async (t) => {
    const terminal = inShell(t, 'web --detach-keys=ctrl-x -- sh');
    await terminal.waitFor(/[#$]$/);
    terminal.type('\x10\x11\x18');
    await restored(terminal, 0);
    const bad = await runDbg(['web', '--detach-keys=x-ctrl', '--', 'sh'], { env });
    assert.equal(bad.code, 64);
    assert.match(bad.stderr, /^error: invalid --detach-keys "x-ctrl"\. Write keys such as ctrl-p,ctrl-q/);
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const) {
    test(`${signal} restores the terminal`, async (t) => {
      const terminal = inShell(t, 'web -- sh');
      await terminal.waitFor(/[#$]$/);
      process.kill(childOf(terminal.pid), signal);
      await restored(terminal, code);
    });
  }

  test('an internal error restores the terminal, without a stack trace', async (t) => {
    const code = 'process.on("SIGUSR2", () => setImmediate(() => { throw new Error("injected") }))';
    const thrower = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const terminal = inShell(t, 'web -- sh', { NODE_OPTIONS: `--import=${thrower}` });
    await terminal.waitFor(/[#$]$/);
    process.kill(childOf(terminal.pid), 'SIGUSR2');
    await terminal.waitFor(/error: a bug in kubectl-dbg .*injected/);
    await restored(terminal, 70);
    assert.doesNotMatch(terminal.text, /^\s+at /m);
  });

  test('suspending restores the terminal; SIGCONT continues the session', async (t) => {
    const terminal = inShell(t, 'web -- sh');
    await terminal.waitFor(/[#$]$/);
    const pid = childOf(terminal.pid);
    process.kill(pid, 'SIGTSTP');
    await untilState(pid, 'T');
    process.kill(pid, 'SIGCONT');
    await untilState(pid, 'S');
    terminal.type('echo $((40 + 2)); exit 4\r');
    await terminal.waitFor(/^42$/m);
    await restored(terminal, 4);
  });

  test('line feeds of the remote terminal get no carriage return from the local one', async (t) => {
    const script = 'head -n 1; printf "one\\ntwo\\n\\033[5;1Hend"; exit 2';
    const args = ['web', '-q', '--', 'sh', '-c', script];
    const terminal = new TerminalProgram(process.execPath, [KUBECTL_DBG, ...args], { env });
    t.after(() => terminal.kill('SIGKILL'));
    await untilOutputIsRaw(terminal.pid);
    terminal.type('x\r');
    assert.equal(await terminal.exited, 2);
    assert.equal(terminal.raw, 'x\r\nx\r\none\r\ntwo\r\n\x1b[5;1Hend');
  });

  test('after the session has started, the program writes nothing of its own to the screen', async (t) => {
    const terminal = new TerminalProgram(
      process.execPath,
      [KUBECTL_DBG, 'web', '-q', '--', 'sh', '-c', 'printf "a\\033[31mb\\033[0m\\r\\nend\\r\\n"; exit 2'],
      { env },
    );
    t.after(() => terminal.kill('SIGKILL'));
    assert.equal(await terminal.exited, 2);
    assert.equal(terminal.raw.replaceAll('\r\r\n', '\r\n'), 'a\x1b[31mb\x1b[0m\r\nend\r\n');
  });

  test('-it without a terminal falls back with one line', async () => {
    const result = await runDbg(['web', '-it', '-q', '--', 'cat'], { env, input: 'through\n' });
    assert.deepEqual(
      { code: result.code, stdout: result.stdout },
      { code: 0, stdout: 'through\n' },
      result.stderr,
    );
    const loud = await runDbg(['web', '-it', '--', 'cat'], { env, input: '' });
    assert.equal(loud.stderr.match(/Unable to use a TTY/g)?.length, 1);
  });

  test('interrupted without a terminal, it deletes its pod and exits by the signal', async (t) => {
    const terminal = inShell(t, 'node/vm -i=false -t=false -- sleep 1000 < /dev/null');
    await untilPod(sandbox, (pod) => isNodePod(pod) && pod.status?.phase === 'Running');
    const gone = untilPod(
      sandbox,
      (pod, type) => isNodePod(pod) && (type === 'DELETED' || pod.metadata?.deletionTimestamp !== undefined),
    );
    process.kill(childOf(terminal.pid), 'SIGINT');
    await gone;
    await terminal.waitFor('code 130');
  });
});

function isNodePod(pod: Pod): boolean {
  return pod.metadata?.name?.startsWith('node-debugger-') === true;
}

function untilPod(sandbox: Sandbox, wanted: (pod: Pod, type: string) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const off = sandbox.store.subscribe('pods', ({ object, type }) => {
      if (!wanted(object as unknown as Pod, type)) return;
      off();
      resolve();
    });
    if (sandbox.store.list('pods').some((object) => wanted(object as unknown as Pod, 'ADDED'))) {
      off();
      resolve();
    }
  });
}

/** The process that our shell waits for. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** Waits until the process has this state in the kernel (T: stopped, S: sleeping). */
async function untilState(pid: number, state: string): Promise<void> {
  await until(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3) === state;
  }, `process ${pid} to be ${state}`);
}

/** Waits until the terminal of a process does not process its output. */
async function untilOutputIsRaw(pid: number): Promise<void> {
  const modes = () => execFileSync('stty', ['-a', '-F', `/proc/${pid}/fd/0`], { encoding: 'utf8' });
  await until(() => modes().includes('-opost'), 'raw output');
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
