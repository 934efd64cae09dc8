// A signal terminates the program within a second, whatever it waits for before it has created anything: FIFOs, inputs,
// unresponsive servers, proxies and name servers, readers that have stopped reading.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { constants as constantsOf } from 'node:os';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type AnyResponse,
  kubeconfigFor,
  startApiServer,
} from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { isAlive } from '../packages/kubectl-dbg/src/testing/is-alive.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { KUBECTL_DBG } from './command.ts';
import { flood } from './hostile/peer.ts';

const MOST_MS = 1_000;
/** Timeout for a program to start or exit on a busy machine. */
const PATIENCE_MS = 60_000;

/** What a program waits for. */
interface Scene {
  directory: string;
  /** A FIFO with a writer that never writes, and one without a writer. */
  silent: string;
  lonely: string;
  /** Kubeconfigs of servers that accept connections but never respond, and the host and port of one. */
  tls: string;
  plain: string;
  host: string;
  /** Writes another kubeconfig, with a credential plugin as its user. */
  readonly config: (cluster: object, user?: object) => Promise<string>;
  readonly plugin: (script: string) => Promise<object>;
  readonly hasBegun: (begun: Begun, pid: number) => Promise<boolean>;
}

type Waits = (scene: Scene) => readonly string[] | Promise<readonly string[]>;

/** How to detect that it waits: it has opened the FIFO, connected, or started a child process. */
type Begun = 'pipe' | 'connection' | 'child' | 'input';

const doctor = (scene: Scene) => ['--kubeconfig', scene.silent, 'doctor', 'web'];
const WAITS: readonly [what: string, begun: Begun, args: Waits][] = [
  ['a kubeconfig that is a silent pipe', 'pipe', ({ silent }) => ['--kubeconfig', silent, 'web']],
  ['the same for ls', 'pipe', ({ silent }) => ['--kubeconfig', silent, 'ls']],
  ['the same for doctor', 'pipe', doctor],
  ['the same for each', 'pipe', ({ silent }) => ['--kubeconfig', silent, 'each', '-A', '--', 'true']],
  ['the same for completion', 'pipe', ({ silent }) => ['__complete', '--kubeconfig', silent, '']],
  [
    'a kuberc that is a silent pipe',
    'pipe',
    ({ silent, tls }) => ['--kuberc', silent, '--kubeconfig', tls, 'web'],
  ],
  ['--custom', 'pipe', ({ silent, tls }) => ['--kubeconfig', tls, 'web', `--custom=${silent}`]],
  ['-f FILE', 'pipe', ({ silent, tls }) => ['--kubeconfig', tls, '-f', silent]],
  [
    '--compare',
    'pipe',
    ({ silent, tls }) => ['--kubeconfig', tls, 'each', '-A', `--compare=${silent}`, '--', 'true'],
  ],
  ['report merge', 'pipe', ({ silent }) => ['report', 'merge', silent]],
  ['-f -', 'input', ({ tls }) => ['--kubeconfig', tls, '-f', '-']],
  ['each -i', 'input', ({ plain }) => ['--kubeconfig', plain, 'each', '-A', '-i', '--', 'cat']],
  ['-f URL', 'connection', ({ tls, host }) => ['--kubeconfig', tls, '-f', `http://${host}/pod.yaml`]],
  [
    '-f URL with TLS',
    'connection',
    ({ tls, host }) => ['--kubeconfig', tls, '-f', `https://${host}/pod.yaml`],
  ],
  ['a handshake', 'connection', ({ tls }) => ['--kubeconfig', tls, 'web']],
  ['an answer', 'connection', ({ plain }) => ['--kubeconfig', plain, 'web']],
  ...[
    'ls',
    'ls --watch',
    'attach web',
    'logs web',
    'stop web',
    'clean',
    'doctor web',
    'each -A -- true',
    'pcap web',
  ].map((line): [string, Begun, Waits] => [
    `an answer: ${line}`,
    'connection',
    ({ plain }) => ['--kubeconfig', plain, ...line.split(' ')],
  ]),
  [
    'an answer: cp',
    'connection',
    ({ plain, directory }) => ['--kubeconfig', plain, 'cp', 'web:/x', join(directory, 'copy')],
  ],
  [
    'an HTTP proxy',
    'connection',
    async ({ config, host }) => ['--kubeconfig', await config({ 'proxy-url': `http://${host}` }), 'web'],
  ],
  [
    'a SOCKS proxy',
    'connection',
    async ({ config, host }) => ['--kubeconfig', await config({ 'proxy-url': `socks5://${host}` }), 'web'],
  ],
];

const LINUX = process.platform === 'linux' ? false : 'needs /proc';

describe('a signal within a second', { skip: LINUX, concurrency: 3 }, () => {
  for (const [what, begun, args] of WAITS) {
    test(what, async (context) => {
      const scene = await makeScene(context);
      const run = start(context, await args(scene));
      await run.until(() => scene.hasBegun(begun, run.child.pid ?? 0));
      const { code, waited } = await run.end('SIGTERM');
      assert.equal(code, 143, run.output.stderr);
      assert.ok(waited <= MOST_MS, `${waited} ms`);
      assert.doesNotMatch(run.output.stderr, /bug in kubectl-dbg/);
    });
  }

  for (const [what, script] of [
    ['a credential plugin', 'exec sleep 600'],
    ['a credential plugin that ignores SIGTERM', 'trap "" TERM; while :; do sleep 1; done'],
  ] as const) {
    test(`${what}, which is terminated too`, async (context) => {
      const { config, directory, plugin, hasBegun } = await makeScene(context);
      const file = await config({}, await plugin(`echo $$ >"$0.pid"; ${script}`));
      const run = start(context, ['--kubeconfig', file, 'web']);
      const pid = async () => (await readFile(join(directory, 'plugin.pid'), 'utf8').catch(() => '')).trim();
      await run.until(async () => (await hasBegun('child', run.child.pid ?? 0)) && (await pid()) !== '');
      const { code, waited } = await run.end('SIGTERM');
      assert.equal(code, 143, run.output.stderr);
      assert.ok(waited <= MOST_MS, `${waited} ms`);
      const end = Date.now() + PATIENCE_MS;
      while (isAlive(Number(await pid()))) {
        assert.ok(Date.now() < end, 'the plugin runs on');
        await wait(10);
      }
    });
  }

  for (const [what, args] of [
    ['the kubeconfig', ({ silent }: Scene) => ['--kubeconfig', silent, 'web', '-o', 'json']],
    [
      'the kuberc',
      ({ silent, tls }: Scene) => ['--kubeconfig', tls, '--kuberc', silent, 'web', '-o', 'json'],
    ],
    [
      '--custom',
      ({ silent, tls }: Scene) => ['--kubeconfig', tls, 'web', `--custom=${silent}`, '-o', 'json'],
    ],
  ] as const) {
    test(`-o json prints its document while waiting for ${what}`, async (context) => {
      const scene = await makeScene(context);
      const run = start(context, args(scene));
      await run.until(() => scene.hasBegun('pipe', run.child.pid ?? 0));
      assert.equal((await run.end('SIGINT')).code, 130, run.output.stderr);
      const { outcome, signal } = JSON.parse(run.output.stdout) as Record<string, unknown>;
      assert.deepEqual({ outcome, signal }, { outcome: 'interrupted', signal: 'SIGINT' });
    });
  }

  test('does not wait for a FIFO without a writer', async (context) => {
    const { lonely, tls } = await makeScene(context);
    for (const args of [
      ['-f', lonely],
      ['each', '-A', `--compare=${lonely}`, '--', 'true'],
      ['cp', lonely, 'web:/x'],
    ]) {
      const run = start(context, ['--kubeconfig', tls, ...args]);
      assert.equal(await run.ended, 64, `${args.join(' ')}: ${run.output.stderr}`);
    }
  });

  for (const words of [
    ['logs', 'web'],
    ['logs', 'web', '-f'],
    ['attach', 'web'],
  ]) {
    test(`a closed output of ${words.join(' ')}`, async (context) => {
      let hasFlooded = false;
      const server = await startApiServer(context, {
        protocol: 'http/1.1',
        answer(request, response) {
          if (!/\/log\?/.test(request.url ?? '')) return answerOfSession(request.url ?? '', response);
          response.writeHead(200, { 'content-type': 'text/plain' });
          flood(response, Buffer.from(`2026-01-01T00:00:00.000000001Z ${'x'.repeat(1000)}\n`));
          hasFlooded = true;
        },
      });
      const path = join(await temporaryDirectory(context), 'config');
      await writeFile(path, kubeconfigFor(server), { mode: 0o600 });
      const run = start(context, ['--kubeconfig', path, ...words], { reads: false });
      await run.until(() => hasFlooded);
      // The pipe and the program's own buffer are full.
      await wait(300);
      const { code, waited } = await run.end('SIGTERM');
      assert.equal(code, 143, run.output.stderr);
      assert.ok(waited <= MOST_MS, `${waited} ms`);
    });
  }

  test('a name server that does not respond', async (context) => {
    const mount = spawnSync('unshare', ['--mount', 'true']);
    if (mount.status !== 0) return context.skip('needs root, and mount namespaces');
    const directory = await temporaryDirectory(context);
    const names = createSocket('udp4');
    await new Promise<void>((resolve) => names.bind(53, '127.0.0.53', resolve));
    context.after(() => names.close());
    await writeFile(join(directory, 'resolv.conf'), 'nameserver 127.0.0.53\noptions timeout:30\n');
    await writeFile(join(directory, 'config'), kubeconfig({ server: 'https://silent.invalid' }));
    const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
    const program = ['unshare', '--mount', 'sh', '-c', script, join(directory, 'resolv.conf')];
    const asked = once(names, 'message');
    const run = start(context, ['--kubeconfig', join(directory, 'config'), 'web'], { program });
    await Promise.race([asked, run.ended]);
    const { code, waited } = await run.end('SIGTERM');
    assert.equal(code, 143, run.output.stderr);
    assert.ok(waited <= MOST_MS, `${waited} ms`);
  });
});

async function makeScene(context: TestContext): Promise<Scene> {
  const directory = await temporaryDirectory(context);
  let isConnected = false;
  const server = createServer((socket) => {
    isConnected = true;
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [silent, lonely] = [join(directory, 'silent'), join(directory, 'lonely')];
  assert.equal(spawnSync('mkfifo', [silent, lonely]).status, 0);
  const writer = openSync(silent, constants.O_RDWR);
  context.after(() => closeSync(writer));
  let configs = 0;
  const config = async (cluster: object, user?: object) => {
    const path = join(directory, `config-${(configs += 1)}`);
    await writeFile(path, kubeconfig({ server: 'https://192.0.2.1', ...cluster }, user), { mode: 0o600 });
    return path;
  };
  return {
    directory,
    silent,
    lonely,
    host,
    tls: await config({ server: `https://${host}` }),
    plain: await config({ server: `http://${host}` }),
    config,
    plugin: async (script) => {
      const command = join(directory, 'plugin');
      await writeFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
      return {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' },
      };
    },
    hasBegun: async (begun, pid) => {
      const read = async (name: string) => await readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      switch (begun) {
        case 'pipe':
          return (await openFiles(pid)).includes(silent);
        case 'connection':
          return isConnected;
        case 'child':
          return (await read(`task/${pid}/children`)).trim() !== '';
        case 'input':
          return (await read('wchan')).includes('epoll');
      }
    },
  };
}

async function openFiles(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  return await Promise.all(names.map(async (name) => await readlink(join(directory, name)).catch(() => '')));
}

interface Run {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  /** The exit code; 128 + n for a termination by signal n. */
  ended: Promise<number>;
  until(isSo: () => Promise<boolean> | boolean): Promise<void>;
  /** Sends a signal; resolves with the time until the exit in ms, without delays by other processes. */
  end(signal: 'SIGTERM' | 'SIGINT'): Promise<{ code: number; waited: number }>;
}

function start(
  context: TestContext,
  args: readonly string[],
  { program = [], reads = true }: { program?: readonly string[]; reads?: boolean } = {},
): Run {
  const [command, ...first] = [...program, process.execPath, KUBECTL_DBG];
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  const child = spawn(command, [...first, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  context.after(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdin.on('error', () => undefined);
  if (reads) child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  // Not 'close', because a child of a plugin may keep the streams open.
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(code ?? 128 + (constantsOf.signals[signal ?? 'SIGKILL'] ?? 0)),
    );
  });
  return {
    child,
    output,
    ended,
    async until(isSo) {
      const end = Date.now() + PATIENCE_MS;
      while (!(await isSo())) {
        assert.ok(Date.now() < end, `it does not begin to wait: ${output.stderr}`);
        const code = await Promise.race([ended, wait(10)]);
        assert.equal(code, undefined, `it ended before: ${output.stderr}`);
      }
    },
    async end(signal) {
      const pid = child.pid ?? 0;
      const delays = [await delayOf(pid), await delayOf(process.pid)] as const;
      let delayed = 0;
      const watching = setInterval(
        () => void delayOf(pid).then((delay) => (delayed = delay - delays[0])),
        20,
      );
      const from = performance.now();
      child.kill(signal);
      const code = await Promise.race([ended, wait(PATIENCE_MS, -1, { ref: false })]);
      const took = performance.now() - from;
      clearInterval(watching);
      if (reads && code >= 0) await streamsClosed(child);
      const own = (await delayOf(process.pid)) - delays[1];
      return { code, waited: took - Math.max(0, delayed) - own };
    },
  };
}

/** Waits until all output is read, unless another process keeps the streams open. */
async function streamsClosed(child: ChildProcess): Promise<void> {
  if (child.stdout?.closed !== true)
    await Promise.race([once(child, 'close'), wait(500, undefined, { ref: false })]);
}

/** How long a process was runnable but not running, in ms (/proc/PID/schedstat). */
async function delayOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return Number(stat.split(' ')[1] ?? 0) / 1e6;
}

/** A server with one session, whose container is running. */
function answerOfSession(url: string, response: AnyResponse): void {
  const pod = {
    metadata: { name: 'web', namespace: 'shop', uid: 'u' },
    spec: {
      containers: [{ name: 'app', image: 'app' }],
      ephemeralContainers: [{ name: 'debugger-abcde', image: 'busybox', targetContainerName: 'app' }],
    },
    status: {
      phase: 'Running',
      ephemeralContainerStatuses: [{ name: 'debugger-abcde', state: { running: {} } }],
    },
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  if (/[?&]watch=/.test(url)) response.flushHeaders();
  else response.end(JSON.stringify(/pods(\?|$)/.test(url) ? { metadata: {}, items: [pod] } : pod));
}

function kubeconfig(cluster: object, user: object = { token: 'x' }): string {
  return JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'c', user }],
  });
}
