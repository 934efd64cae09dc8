// Every way in which the program can end: what it has created is deleted or named, and the exit code has the reason.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { type ActiveFault, type FaultMatch, type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld, type World } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { run as runCommandLine } from '../packages/kubectl-dbg/src/cli/run.ts';
import { isAlive } from '../packages/kubectl-dbg/src/testing/is-alive.ts';
import { KUBECTL_DBG } from './command.ts';
import { TerminalProgram } from './terminal.ts';

const PODS = '/api/v1/namespaces/default/pods';

/** Prints forever, so that only the test ends it. */
const FOREVER = ['--', 'sh', '-c', 'while :; do echo x; sleep 0.05; done'];
const NODE = ['node/vm', '--profile=sysadmin', '-q'];
const COPY = ['web', '--copy-to=copy', '--image=busybox', '-q'];
/** A simulated container does not have the sleeper's process, so only the command that terminates it is checked. */
const EXEC = ['web', '--via=exec', '-q', '-v=6'];
const ENDS_SLEEPER = /^GET \S+\/exec\?\S*kill\S* 101 in/m;
const WORKFLOWS: [name: string, args: string[]][] = [
  ['a node pod', NODE],
  ['a copy', COPY],
  ['a sleeper', EXEC],
];

/** Timeout of all waits on a busy machine, in ms. */
const PATIENCE_MS = 60_000;

const WINDOWS = process.platform === 'win32' ? 'needs programs that begin with #!' : false;
const LINUX = process.platform === 'linux' ? false : 'needs Linux';

describe('ways out', () => {
  let sandbox: Sandbox;
  let cluster: Cluster;
  let directory: string;
  const running = new Set<ChildProcess>();

  before(async () => {
    sandbox = await startSandbox({ runtime: 'simulated' });
    cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-ways-'));
    for (const name of ['web', 'api']) {
      await createPod(name, {
        containers: [{ name: 'main', image: 'busybox', command: ['sleep', '36000'] }],
      });
    }
    await until('the pods run', async () =>
      (await pods()).every(({ status }) => status?.phase === 'Running'),
    );
  });
  afterEach(() => {
    sandbox.faults.clear();
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  after(async () => {
    await cluster.close();
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function createPod(name: string, spec: object, metadata: object = {}): Promise<Pod> {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec };
    return await cluster.request<Pod>({ method: 'POST', path: PODS, body });
  }

  async function pods(): Promise<Pod[]> {
    return (await cluster.request<{ items: Pod[] }>({ method: 'GET', path: PODS })).items;
  }

  async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
      await delay(20);
    }
  }

  /** Names of pods that the test has not created and that are not being deleted. */
  async function leftOver(): Promise<string[]> {
    return (await pods())
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? '')
      .filter((name) => name !== 'web' && name !== 'api');
  }

  /** Checks that everything a session has created is deleted, and that the sleeper of --via=exec was terminated. */
  async function assertNothingLeft(args: readonly string[], { output }: Started): Promise<void> {
    assert.deepEqual(await leftOver(), []);
    // The next copy has the same name, so this one must be deleted completely.
    await until('what was made is gone', async () =>
      (await pods()).every(({ metadata }) => /^(web|api)$/.test(metadata?.name ?? '')),
    );
    if (args !== EXEC) return assert.doesNotMatch(output.stderr, /^Warning/m);
    // A simulated container keeps running, which is reported.
    assert.match(output.stderr, ENDS_SLEEPER);
    assert.doesNotMatch(output.stderr, /^Warning: (?!debug container \S+ of pod default\/web remains)/m);
    return undefined;
  }

  interface Started {
    child: ChildProcess;
    output: { stdout: string; stderr: string };
    ended: Promise<number>;
    /** Resolves when this was printed on stdout. */
    printed(text: string): Promise<void>;
  }

  function start(
    args: readonly string[],
    {
      stdio = ['ignore', 'pipe', 'pipe'],
      env = {},
    }: { stdio?: ('ignore' | 'pipe' | number)[]; env?: object } = {},
    program: readonly string[] = [process.execPath, KUBECTL_DBG],
  ): Started {
    const [command = '', ...first] = program;
    const child = spawn(command, [...first, ...args], {
      stdio,
      env: { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig, ...env },
    });
    running.add(child);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const ended = new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`it does not end:\n${output.stdout.slice(-200)}${output.stderr}`));
      }, PATIENCE_MS);
      child.on('close', (code, signal) => {
        clearTimeout(late);
        running.delete(child);
        resolve(code ?? (signal === 'SIGKILL' ? -9 : -1));
      });
    });
    const printed = (text: string) => until(`${text} is printed`, () => output.stdout.includes(text));
    return { child, output, ended, printed };
  }

  for (const [name, args] of WORKFLOWS) {
    test(`${name}: stdout is closed by its reader`, async () => {
      const run = start([...args, ...FOREVER]);
      await run.printed('x\n');
      run.child.stdout?.destroy();
      assert.equal(await run.ended, 141, run.output.stderr);
      await assertNothingLeft(args, run);
    });

    test(`${name}: the disk is full`, { skip: LINUX }, async () => {
      const full = openSync('/dev/full', 'w');
      const run = start([...args, ...FOREVER], { stdio: ['ignore', full, 'pipe'] });
      closeSync(full);
      assert.equal(await run.ended, 74, run.output.stderr);
      assert.match(run.output.stderr, /^error: cannot write the output: no space left on device/m);
      await assertNothingLeft(args, run);
    });

    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGQUIT', 131],
    ] as const) {
      test(`${name}: ${signal} during the session`, async () => {
        const run = start([...args, ...FOREVER]);
        await run.printed('x\n');
        run.child.kill(signal);
        assert.equal(await run.ended, code, run.output.stderr);
        await assertNothingLeft(args, run);
      });
    }
  }

  test('stderr and stdout are the same pipe without a reader', { skip: LINUX }, async () => {
    const line = `"$@" 2>&1 | head -1; exit \${PIPESTATUS[0]}`;
    const shell = ['bash', '-c', line, 'bash', process.execPath, KUBECTL_DBG];
    const run = start(['node/vm', '--profile=sysadmin', ...FOREVER], {}, shell);
    assert.equal(await run.ended, 141);
    assert.match(run.output.stdout, /^Creating debugging pod/);
    assert.deepEqual(await leftOver(), []);
  });

  for (const closed of ['>&-', '2>&-', '</dev/null >&- 2>&-']) {
    test(`started with ${closed}`, { skip: LINUX }, async () => {
      const shell = ['bash', '-c', `exec "$@" ${closed}`, 'bash', process.execPath, KUBECTL_DBG];
      const run = start([...NODE, '--', 'sh', '-c', 'echo one; exit 3'], {}, shell);
      assert.equal(await run.ended, 3);
      assert.deepEqual(await leftOver(), []);
    });
  }

  /** Requests that are never answered, and the interrupted sessions. */
  const silences: [what: string, args: string[], fault: () => ActiveFault, said: RegExp | undefined][] = [
    ['the GET', NODE, () => stall('request', { verb: 'get', resource: 'nodes' }), undefined],
    [
      'the POST, not carried out',
      NODE,
      () => stall('request', { verb: 'create', resource: 'pods' }),
      /pod default\/node-debugger-vm-\w+ may have been created/,
    ],
    [
      'the POST, carried out',
      NODE,
      () => stall('answer', { verb: 'create', resource: 'pods' }),
      /pod default\/node-debugger-vm-\w+ may have been created/,
    ],
    [
      'the PATCH, not carried out',
      ['web', '-q'],
      () => stall('request', { verb: 'patch' }),
      /debug container debugger-\w+ of pod default\/web may have been added/,
    ],
    [
      'the PATCH, carried out',
      ['web', '-q'],
      () => stall('answer', { verb: 'patch' }),
      /debug container debugger-\w+ of pod default\/web remains/,
    ],
    ['the watch', NODE, () => stall('request', { verb: 'watch', resource: 'pods' }), undefined],
    [
      'the DELETE',
      [...NODE],
      () => stall('request', { verb: 'delete' }),
      /is left behind .*kubectl delete pod node-debugger-vm-/,
    ],
  ];

  function stall(point: 'request' | 'answer', match: FaultMatch): ActiveFault {
    return sandbox.faults.add({ point, match, action: { kind: 'stall' } });
  }

  for (const [what, args, addFault, said] of silences) {
    test(`one SIGTERM while ${what} is not answered`, async () => {
      const fault = addFault();
      const program = what === 'the DELETE' ? ['--', 'true'] : FOREVER;
      const run = start([...args, ...program]);
      await fault.untilHit();
      const begun = Date.now();
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 143, run.output.stderr);
      assert.ok(Date.now() - begun < 10_000, `${Date.now() - begun} ms`);
      if (said !== undefined) assert.match(run.output.stderr, said);
      sandbox.faults.clear();
      const left = await leftOver();
      assert.deepEqual(
        left.filter((name) => !run.output.stderr.includes(`kubectl delete pod ${name}`)),
        [],
      );
      if (what !== 'the DELETE') assert.deepEqual(left, []);
      for (const name of left) await cluster.request({ method: 'DELETE', path: `${PODS}/${name}` });
    });
  }

  test(
    'a hanging credential plugin is named after a while, and terminated by one SIGTERM',
    {
      skip: WINDOWS,
    },
    async () => {
      const plugin = join(directory, 'slow-login');
      const pidFile = join(directory, 'slow-login.pid');
      await writeFile(plugin, `#!/bin/sh\necho $$ > '${pidFile}'\nsleep 600\n`, { mode: 0o700 });
      const kubeconfig = join(directory, 'slow-login.kubeconfig');
      const exec = {
        command: plugin,
        apiVersion: 'client.authentication.k8s.io/v1',
        interactiveMode: 'Never',
      };
      const config = {
        clusters: [{ name: 'c', cluster: { server: sandbox.url, 'insecure-skip-tls-verify': true } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
        users: [{ name: 'u', user: { exec } }],
      };
      await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
      const run = start(['web', ...FOREVER], { env: { KUBECONFIG: kubeconfig } });
      const told = `Waiting for the credential plugin ${plugin} (3 s so far)`;
      await until('the plugin is named', () => run.output.stderr.includes(told));
      const pid = Number(await readFile(pidFile, 'utf8'));
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 143, run.output.stderr);
      await until('the plugin is gone', () => !isAlive(pid));
    },
  );

  test('does not change a pod that was replaced between the GET and the write', async () => {
    const spec = { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '36000'] }] };
    await createPod('passing', spec);
    await until('it runs', async () =>
      (await pods()).some(
        ({ metadata, status }) => metadata?.name === 'passing' && status?.phase === 'Running',
      ),
    );
    const late = sandbox.faults.add({
      point: 'request',
      match: { verb: 'patch', name: 'passing' },
      action: { kind: 'delay', milliseconds: 3_000 },
    });
    const run = start(['passing', '-q', ...FOREVER]);
    await late.untilHit();
    const gone = { gracePeriodSeconds: 0 };
    await cluster.request({ method: 'DELETE', path: `${PODS}/passing`, body: gone });
    await until('its name is free', async () =>
      (await pods()).every(({ metadata }) => metadata?.name !== 'passing'),
    );
    await createPod('passing', spec);
    assert.equal(await run.ended, 66, run.output.stderr);
    assert.match(run.output.stderr, /^error: pod default\/passing was deleted, and another pod has its name/);
    const passing = (await pods()).find(({ metadata }) => metadata?.name === 'passing');
    assert.equal(passing?.spec?.ephemeralContainers, undefined);
    await cluster.request({ method: 'DELETE', path: `${PODS}/passing`, body: gone });
  });

  for (const [name, args, begun] of [
    ['a shell', ['-it'], /try pressing enter/],
    ['output that never ends', ['-i', ...FOREVER], /^x$/m],
  ] as const) {
    test(`the window of the terminal is closed: ${name}`, { skip: LINUX }, async () => {
      const words = [KUBECTL_DBG, 'node/vm', '--profile=sysadmin', ...args];
      const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig, TERM: 'xterm' };
      const terminal = new TerminalProgram(process.execPath, words, { env });
      await terminal.waitFor(begun, PATIENCE_MS);
      terminal.close();
      // By SIGHUP: Node aborts when it restores a closed terminal.
      assert.equal(await terminal.exited, 129);
      await until('the pod is on its way out', async () => (await leftOver()).length === 0);
    });
  }

  test('a second SIGINT exits at once and names what remains', async () => {
    const fault = stall('request', { verb: 'delete' });
    const run = start([...NODE, ...FOREVER]);
    await run.printed('x\n');
    run.child.kill('SIGINT');
    await fault.untilHit();
    await delay(600); // a signal so soon after the first would count as the same
    run.child.kill('SIGINT');
    assert.equal(await run.ended, 130, run.output.stderr);
    const [name = ''] = await leftOver();
    assert.match(
      run.output.stderr,
      new RegExp(`is left behind\\. Remove it with: kubectl delete pod ${name} -n default`),
    );
    sandbox.faults.clear();
    await cluster.request({ method: 'DELETE', path: `${PODS}/${name}` });
  });

  test('-o json contains finished and interrupted targets', async () => {
    const script = 'if [ "$(hostname)" = web ]; then exit 7; fi; while :; do echo on; sleep 0.05; done';
    const run = start(['pod/web', 'pod/api', '-q', '-o', 'json', '--', 'sh', '-c', script]);
    await until('the second runs', () => run.output.stderr.includes('on\n'));
    run.child.kill('SIGTERM');
    assert.equal(await run.ended, 143, run.output.stderr);
    const { kind, items } = JSON.parse(run.output.stdout) as {
      kind: string;
      items: Record<string, unknown>[];
    };
    assert.equal(kind, 'OutcomeList');
    assert.deepEqual(
      items.map(({ pod, outcome, exitCode }) => ({ pod, outcome, exitCode })),
      [
        { pod: 'web', outcome: 'exited', exitCode: 7 },
        { pod: 'api', outcome: 'interrupted', exitCode: 143 },
      ],
    );
  });

  test('-o json of several targets is a list, even if the first is interrupted', async () => {
    const run = start(['pod/web', 'pod/api', '-q', '-o', 'json', ...FOREVER]);
    await until('the first runs', () => run.output.stderr.includes('x\n'));
    run.child.kill('SIGTERM');
    assert.equal(await run.ended, 143, run.output.stderr);
    const { kind, items } = JSON.parse(run.output.stdout) as { kind: string; items: { outcome: string }[] };
    assert.deepEqual([kind, items.map(({ outcome }) => outcome)], ['OutcomeList', ['interrupted']]);
  });

  /** An editor that applies a sed expression. */
  async function editor(expression: string): Promise<Record<string, string>> {
    const path = join(directory, `editor-${Math.random().toString(36).slice(2)}`);
    await writeFile(path, `#!/bin/sh\nexec sed -i '${expression}' "$1"\n`, { mode: 0o700 });
    return { EDITOR: path };
  }

  const renames: [what: string, args: string[], expression: string][] = [
    // Each has its own name: the pod of the previous case may still be terminating.
    ['the node pod', NODE, 's/node-debugger-vm-[a-z0-9]*/renamed-node-pod/'],
    ['the copy', COPY, 's/name: copy$/name: renamed-copy/'],
    ['its container', NODE, 's/name: debugger$/name: renamed/'],
    ['an ephemeral container', ['web', '-q'], 's/name: debugger-[a-z0-9]*/name: renamed/'],
    ['the name to a generated one', NODE, 's/  name: node-debugger-vm-[a-z0-9]*/  generateName: made-/'],
  ];
  for (const [what, args, expression] of renames) {
    test(`an editor that renames ${what}`, { skip: LINUX }, async () => {
      const run = start([...args, '--edit', '--', 'sh', '-c', 'echo edited; exit 4'], {
        env: await editor(expression),
      });
      assert.equal(await run.ended, 4, run.output.stderr);
      assert.equal(run.output.stdout, 'edited\n');
      assert.deepEqual(await leftOver(), []);
    });
  }

  test('an editor that changes the kind', { skip: LINUX }, async () => {
    const run = start([...NODE, '--edit', ...FOREVER], { env: await editor('s/^kind: Pod/kind: Secret/') });
    assert.equal(await run.ended, 64);
    assert.match(run.output.stderr, /the edited object is no longer a Pod/);
  });

  for (const code of [503, 500] as const) {
    test(`a lost response (${code}) to the creation of a copy whose name another user's copy has`, async () => {
      // The same name and containers as ours: only the session's mark differs.
      const spec = { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '36000'] }] };
      const { metadata } = await createPod(`theirs-${code}`, spec, { labels: { owner: 'colleague' } });
      sandbox.faults.add({
        point: 'request',
        match: { verb: 'create', resource: 'pods' },
        action: { kind: 'error', code },
        times: 1,
      });
      const run = start(['web', `--copy-to=theirs-${code}`, '-c', 'main', '-q', '--', 'true']);
      assert.equal(await run.ended, 77, run.output.stderr);
      assert.match(run.output.stderr, /there is another pod theirs-/);
      const path = `${PODS}/theirs-${code}`;
      const still = await cluster.request<Pod>({ method: 'GET', path });
      assert.equal(still.metadata?.uid, metadata?.uid);
      assert.equal(still.metadata?.deletionTimestamp, undefined);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
      await cluster.request({ method: 'DELETE', path, body });
    });

    test(`a lost response (${code}) to a creation that succeeded`, async () => {
      sandbox.faults.add({
        point: 'answer',
        match: { verb: 'create', resource: 'pods' },
        action: { kind: 'error', code },
        times: 1,
      });
      const run = start([
        'web',
        `--copy-to=ours-${code}`,
        '--image=busybox',
        '-q',
        '--',
        'sh',
        '-c',
        'exit 5',
      ]);
      assert.equal(await run.ended, 5, run.output.stderr);
      assert.deepEqual(await leftOver(), []);
    });
  }

  describe('--output-file', { skip: LINUX }, () => {
    const into = (path: string, ...more: string[]) => [
      'web',
      '-q',
      `--output-file=${path}`,
      ...more,
      '--',
      'echo',
      'out',
    ];

    test('makes an existing file private', async () => {
      const path = join(directory, 'open');
      await writeFile(path, 'a longer text than the output');
      await chmod(path, 0o644);
      assert.equal(await start(into(path)).ended, 0);
      assert.equal(await readFile(path, 'utf8'), 'out\n');
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    });

    test('a dry run does not write it', async () => {
      const path = join(directory, 'kept');
      await writeFile(path, 'kept');
      assert.equal(await start(into(path, '--dry-run=client')).ended, 0);
      assert.equal(await readFile(path, 'utf8'), 'kept');
    });

    test('no link is followed, no FIFO waited for, no device written', async () => {
      const aim = join(directory, 'aim');
      await writeFile(aim, 'kept');
      await symlink(aim, join(directory, 'link'));
      execFileSync('mkfifo', [join(directory, 'fifo')]);
      for (const [path, why] of [
        [join(directory, 'link'), 'it is a symbolic link'],
        [join(directory, 'fifo'), 'it is not a regular file'],
        ['/dev/null', 'it is not a regular file'],
      ] as const) {
        const run = start(into(path));
        assert.equal(await run.ended, 64, run.output.stderr);
        assert.match(run.output.stderr, new RegExp(why));
      }
      assert.equal(await readFile(aim, 'utf8'), 'kept');
    });
  });

  test('-o json also describes a usage error', async () => {
    const run = start(['web', '--timeout=soon', '-o', 'json']);
    assert.equal(await run.ended, 64);
    const { outcome, reason, exitCode } = JSON.parse(run.output.stdout) as Record<string, unknown>;
    assert.deepEqual({ outcome, reason, exitCode }, { outcome: 'failed', reason: 'usage', exitCode: 64 });
  });

  test('an uncaught error: deletes the pod, then reports it', async () => {
    let crash: (error: Error) => void = () => undefined;
    const stdout = new PassThrough();
    const world: World = {
      ...realWorld(),
      stdin: new PassThrough(),
      stdout,
      stderr: new PassThrough().resume(),
      env: { PATH: process.env.PATH, KUBECONFIG: sandbox.kubeconfig },
      home: directory,
      onSignal: () => () => undefined,
      onOutputError: () => () => undefined,
      onUncaughtError: (listener) => {
        crash = listener;
        return () => undefined;
      },
    };
    const error = new Error('a bug');
    stdout.once('data', () => crash(error));
    await assert.rejects(runCommandLine([...NODE, ...FOREVER], world), error);
    assert.deepEqual(await leftOver(), []);
  });

  test('a usage error opens no connection', async () => {
    const seen = stall('request', { verb: 'get' });
    const run = start(['web', '--timeout=soon', '-v=6']);
    assert.equal(await run.ended, 64);
    assert.doesNotMatch(run.output.stderr, /connected/);
    assert.equal(seen.hits, 0);
  });
});
