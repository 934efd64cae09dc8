// `kubectl dbg each` is interrupted: by ctrl-C, signals, a closed stdout, a full disk, cut connections. Each target has a
// result, the report is complete, the exit code has the reason, and containers that may keep running are named.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld, type Report } from 'kubectl-dbg';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { KUBECTL_DBG } from './command.ts';
import { missingForContainers } from './real-containers.ts';
import { TerminalProgram } from './terminal.ts';

const PODS = 6;
/** Number of concurrent targets; the others have not started. */
const PARALLEL = 4;

const skip = process.platform === 'win32' ? 'needs signals' : (missingForContainers() ?? false);

let sandbox: Sandbox;
let cluster: Cluster;
before(async () => {
  if (skip !== false) return;
  sandbox = await startSandbox({ runtime: 'runc' });
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', KUBECONFIG: sandbox.kubeconfig };
  cluster = await openCluster({}, { ...realWorld(), env });
});
after(async () => {
  await cluster?.close();
  await sandbox?.stop();
});

let namespaces = 0;

/** A namespace with running pods, and a run of the program on it. */
class Scene {
  readonly namespace: string;
  readonly file: string;
  readonly env: Record<string, string | undefined>;

  private constructor(directory: string) {
    this.namespace = `ends-${(namespaces += 1)}`;
    this.file = join(directory, 'report.json');
    this.env = {
      PATH: process.env.PATH,
      HOME: directory,
      TERM: 'xterm-256color',
      KUBECONFIG: sandbox.kubeconfig,
    };
  }

  static async make(context: TestContext): Promise<Scene> {
    const scene = new Scene(await temporaryDirectory(context));
    const { namespace } = scene;
    const post = (path: string, body: object) => cluster.request({ method: 'POST', path, body });
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const container = { name: 'app', image: 'busybox', command: ['sleep', '3600'] };
    const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
    for (let index = 0; index < PODS; index += 1) {
      const metadata = { name: `p${index}` };
      await post(`/api/v1/namespaces/${namespace}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    }
    await scene.until((pods) => pods.every(({ status }) => status?.phase === 'Running'));
    return scene;
  }

  /** The arguments of a run, with the flags before the command. */
  args(command: string, ...flags: string[]): string[] {
    const pace = ['--rate=1000', '--per-node=100', `--parallel=${PARALLEL}`];
    const report = ['-o', `json=${this.file}`];
    return [
      'each',
      '-n',
      this.namespace,
      '--image=busybox',
      ...pace,
      ...report,
      ...flags,
      '--',
      'sh',
      '-c',
      command,
    ];
  }

  start(args: readonly string[], program: readonly string[] = []) {
    const [file = process.execPath, ...words] = [...program, process.execPath, KUBECTL_DBG, ...args];
    const child = spawn(file, words, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
    return { child, output, ended };
  }

  terminal(args: readonly string[]): TerminalProgram {
    return new TerminalProgram(process.execPath, [KUBECTL_DBG, ...args], { env: this.env, cols: 200 });
  }

  get pods(): Pod[] {
    return sandbox.store
      .list('pods')
      .filter(({ metadata }) => metadata.namespace === this.namespace) as never;
  }

  /** Resolves when the pods satisfy the condition. */
  async until(isSo: (pods: Pod[]) => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = sandbox.store.subscribe('pods', () => look());
      const look = () => {
        if (!isSo(this.pods)) return;
        stop();
        resolve();
      };
      look();
    });
  }

  /** The number of running debug containers. */
  get running(): number {
    return this.pods.filter(isDebugged).length;
  }

  async allRun(): Promise<void> {
    await this.until((pods) => pods.filter(isDebugged).length === PARALLEL);
  }

  async report(): Promise<Report> {
    return JSON.parse(await readFile(this.file, 'utf8')) as Report;
  }
}

function isDebugged({ status }: Pod): boolean {
  return status?.ephemeralContainerStatuses?.some(({ state }) => state?.running !== undefined) === true;
}

/** The number of targets by `CLASS REASON`. */
function ends({ results }: Report): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { class: name, reason = '' } of results)
    counts[`${name} ${reason}`] = (counts[`${name} ${reason}`] ?? 0) + 1;
  return counts;
}

/** The same arguments with the report on stdout. */
function toStdout(args: readonly string[]): string[] {
  return args.map((word) => (word.startsWith('json=') ? 'json' : word));
}

/** The sessions that are named as possibly still running. */
function named(text: string): string[] {
  const words = /may run on\. To end (?:it|them): kubectl dbg stop ([^\r\n]*)/.exec(text)?.[1] ?? '';
  return words.split(' ').filter((word) => word.split('/').length === 3);
}

describe('interrupted each', { skip, concurrency: 2 }, () => {
  test('ctrl-C: starts no new targets, and waits for those that are running', async (context) => {
    const scene = await Scene.make(context);
    const run = scene.terminal(scene.args('sleep 8; echo done'));
    context.after(() => run.kill('SIGKILL'));
    await scene.allRun();
    run.type('\x03');
    await run.waitFor('No new targets are started; press ctrl-C again to stop the running ones.');
    assert.equal(await run.exited, 130);
    const report = await scene.report();
    assert.deepEqual(ends(report), { 'passed ': PARALLEL, 'not-attempted Interrupted': PODS - PARALLEL });
    assert.equal(report.stopped, 'SIGINT');
    assert.doesNotMatch(run.text, /may run on/);
  });

  test('a second ctrl-C terminates the running commands', async (context) => {
    const scene = await Scene.make(context);
    const run = scene.terminal(scene.args('echo begun; sleep 600'));
    context.after(() => run.kill('SIGKILL'));
    await scene.allRun();
    run.type('\x03');
    await run.waitFor('press ctrl-C again to stop the running ones');
    run.type('\x03');
    await run.waitFor('Stopping the running commands');
    assert.equal(await run.exited, 130);
    assert.equal(scene.running, 0);
    const report = await scene.report();
    assert.deepEqual(ends(report), {
      'lost Stopped': PARALLEL,
      'not-attempted Interrupted': PODS - PARALLEL,
    });
    for (const { output } of report.results.filter(({ class: name }) => name === 'lost'))
      assert.equal(output, 'begun\n');
    assert.doesNotMatch(run.text, /may run on/);
  });

  test('a third ctrl-C exits, and names the commands that it could not terminate', async (context) => {
    const scene = await Scene.make(context);
    const stall = { subresource: 'exec', namespace: scene.namespace };
    const fault = sandbox.faults.add({ point: 'handshake', match: stall, action: { kind: 'stall' } });
    context.after(() => fault.remove());
    const run = scene.terminal(scene.args('sleep 600'));
    context.after(() => run.kill('SIGKILL'));
    await scene.allRun();
    run.type('\x03');
    await run.waitFor('press ctrl-C again to stop the running ones');
    run.type('\x03');
    await run.waitFor('press ctrl-C again to leave them running and exit');
    run.type('\x03');
    assert.equal(await run.exited, 130);
    assert.equal(scene.running, PARALLEL);
    const report = await scene.report();
    assert.deepEqual(ends(report), {
      'lost Interrupted': PARALLEL,
      'not-attempted Interrupted': PODS - PARALLEL,
    });
    assert.match(run.text, new RegExp(`${PARALLEL} commands may run on`));
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    test(`${signal}: running commands continue and are named, and can be stopped by these names`, async (context) => {
      const scene = await Scene.make(context);
      const run = scene.start(scene.args('sleep 600'));
      await scene.allRun();
      run.child.kill(signal);
      assert.equal(await run.ended, code, run.output.stderr);
      const report = await scene.report();
      assert.deepEqual(ends(report), {
        'lost Interrupted': PARALLEL,
        'not-attempted Interrupted': PODS - PARALLEL,
      });
      assert.equal(report.stopped, signal);
      const sessions = named(run.output.stderr);
      assert.equal(sessions.length, PARALLEL, run.output.stderr);
      const stop = scene.start(['stop', ...sessions]);
      assert.equal(await stop.ended, 0, stop.output.stderr);
      assert.equal(scene.running, 0);
    });
  }

  test('a run can be resumed after a signal: running commands are followed until they exit', async (context) => {
    const scene = await Scene.make(context);
    const directory = join(scene.file, '..', 'run');
    const command = 'sleep 8; echo done';
    const first = scene.start(scene.args(command, `--output-dir=${directory}`));
    await scene.allRun();
    first.child.kill('SIGTERM');
    assert.equal(await first.ended, 143, first.output.stderr);
    const second = scene.start(scene.args(command, `--resume=${directory}`));
    assert.equal(await second.ended, 0, second.output.stderr);
    const { results } = await scene.report();
    assert.deepEqual(
      results.map(({ class: name, lines }) => [name, lines]),
      Array.from({ length: PODS }, () => ['passed', 1]),
    );
    for (const { spec } of scene.pods) assert.equal(spec?.ephemeralContainers?.length, 1);
  });

  test('a closed stdout ends the run: the report is in its file, and running commands are named', async (context) => {
    const scene = await Scene.make(context);
    const run = scene.start(scene.args('while :; do echo line; sleep 1; done', '--prefix'));
    await scene.allRun();
    run.child.stdout.destroy();
    assert.equal(await run.ended, 141, run.output.stderr);
    assert.deepEqual(ends(await scene.report()), {
      'lost Interrupted': PARALLEL,
      'not-attempted Interrupted': PODS - PARALLEL,
    });
    assert.equal(named(run.output.stderr).length, PARALLEL, run.output.stderr);
  });

  test('a full disk for outputs: those targets are lost, with everything that is known about them', async (context) => {
    const scene = await Scene.make(context);
    const directory = join(scene.file, '..', 'run');
    // The limit is 8 or 16 KiB, depending on the shell's unit: too small for a large output, enough for the journal.
    const limited = ['sh', '-c', 'ulimit -f 16; exec "$@"', 'sh'];
    const command = 'if [ $KUBECTL_DBG_POD = p1 ]; then seq 1 20000; else echo little; fi';
    // The report is larger too, so it goes to stdout.
    const args = toStdout(scene.args(command, `--output-dir=${directory}`));
    const run = scene.start(args, limited);
    assert.equal(await run.ended, 2, run.output.stderr);
    const report = JSON.parse(run.output.stdout) as Report;
    assert.deepEqual(ends(report), { 'passed ': PODS - 1, 'lost OutputNotKept': 1 });
    const lost = report.results.find(({ class: name }) => name === 'lost');
    assert.deepEqual([lost?.pod, lost?.exitCode, lost?.truncated], ['p1', 0, true]);
  });

  test('a full disk for the journal: starts no new targets, and the report is complete', async (context) => {
    const scene = await Scene.make(context);
    const directory = join(scene.file, '..', 'run');
    const limited = ['sh', '-c', 'ulimit -f 1; exec "$@"', 'sh'];
    const args = toStdout(scene.args('echo here', `--output-dir=${directory}`, '--parallel=1'));
    const run = scene.start(args, limited);
    assert.equal(await run.ended, 2, run.output.stderr);
    const report = JSON.parse(run.output.stdout) as Report;
    const { passed = 0, ...others } = Object.fromEntries(
      Object.entries(ends(report)).map(([end, count]) => [end.trim(), count]),
    );
    assert.ok(passed > 0 && passed < PODS);
    assert.deepEqual(others, { 'not-attempted JournalUnwritable': PODS - passed });
    assert.match(run.output.stderr, /No new targets are started: cannot write to .*run: EFBIG/);
  });

  test('repeatedly cut connections lose no result', async (context) => {
    const scene = await Scene.make(context);
    const proxy = await startCuttingProxy(scene.env, scene.env.HOME ?? '');
    context.after(() => proxy.stop());
    scene.env['KUBECONFIG'] = proxy.env['KUBECONFIG'];
    const run = scene.start(scene.args('seq 1 500; sleep 1'));
    let cuts = 0;
    const stop = sandbox.store.subscribe('pods', ({ object }) => {
      if (object.metadata.namespace === scene.namespace && cuts < 8 && proxy.cut()) cuts += 1;
    });
    assert.equal(await run.ended, 0, run.output.stderr);
    stop();
    assert.ok(cuts > 3, `${cuts} cuts`);
    const report = await scene.report();
    assert.deepEqual(ends(report), { 'passed ': PODS });
    const whole = Array.from({ length: 500 }, (_, index) => `${index + 1}\n`).join('');
    for (const { output } of report.results) assert.equal(output, whole);
    for (const { spec } of scene.pods) assert.equal(spec?.ephemeralContainers?.length, 1);
  });
});
