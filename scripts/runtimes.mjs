// Runs the built program on each runtime that it supports and prints a table: its version, a debug session (GET, PATCH,
// watch, log, attach) over HTTP/2 and over HTTP/1.1 against a small API server, and one in the sandbox with real
// containers where there can be any. `npm run runtimes`.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingForRealContainers } from 'kube-sandbox';
import { openTestCluster } from '../e2e/world.ts';
import { kubeconfigFor } from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { startSessionServer } from '../packages/kubectl-dbg/src/testing/session-server.ts';
import { VERSION } from '../packages/kubectl-dbg/src/version.ts';
import { fetchRuntime } from './fetch-runtime.mjs';
import { BUN, makeStandalone } from './standalone.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'packages', 'kubectl-dbg', 'bin', 'kubectl-dbg.cjs');

/** Timeout of a session, which takes a fraction of a second. */
const LIMIT_MS = 30_000;
/** Exit code of the container: neither 0 nor one of the program's own. */
const EXIT_CODE = 7;

const runtimes = [
  { name: 'this Node', command: async () => [process.execPath, main] },
  { name: 'Node 20.19', command: async () => [await fetchRuntime('node', '20.19'), main] },
  { name: 'Node 22', command: async () => [await fetchRuntime('node', '22'), main] },
  { name: 'Node 24', command: async () => [await fetchRuntime('node', '24'), main] },
  { name: `Bun ${BUN}`, command: async () => [await fetchRuntime('bun', BUN), main] },
  { name: 'standalone', command: standalone },
];

const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-runtimes-'));
const after = [() => rm(directory, { recursive: true, force: true })];
try {
  process.exitCode = (await checkAll()) ? 0 : 1;
} finally {
  for (const run of after.reverse()) await run();
}

async function checkAll() {
  const sessions = [
    await sessionOverProtocol('h2'),
    await sessionOverProtocol('http/1.1'),
    await sessionInSandbox(),
  ].filter((session) => session !== undefined);
  const rows = [];
  for (const { name, command } of runtimes) {
    let argv;
    try {
      argv = await command();
    } catch (error) {
      rows.push([name, `not tried: ${error.message.split('\n')[0]}`]);
      continue;
    }
    const row = [
      name,
      await check(argv, ['--version'], '', (end) => end.out.startsWith(`kubectl-dbg ${VERSION}`)),
    ];
    for (const { args, output } of sessions) {
      const whole = (end) => end.code === EXIT_CODE && end.out === output;
      row.push(await check(argv, args, 'hello\n', whole));
    }
    rows.push(row);
  }
  print([['runtime', '--version', ...sessions.map((session) => session.name)], ...rows]);
  return rows.every((row) => row.slice(1).every((cell) => cell.endsWith(' ms')));
}

async function sessionOverProtocol(protocol) {
  const server = await startSessionServer(
    { after: (run) => after.push(run) },
    { protocol, exitCode: EXIT_CODE },
  );
  const kubeconfig = join(directory, `${protocol.replace('/', '-')}.json`);
  await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
  return {
    name: protocol,
    args: ['web', '--image=tools', '-i', '-q', '--kubeconfig', kubeconfig],
    output: 'ready\nHELLO\n',
  };
}

/** Undefined if real containers are not possible. */
async function sessionInSandbox() {
  const missing = missingForRealContainers();
  if (missing !== undefined) {
    process.stderr.write(`without the sandbox: ${missing}\n`);
    return undefined;
  }
  const world = await openTestCluster('runc');
  after.push(() => world.stop());
  const { tools } = world.images;
  await world.createPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'app', image: tools, command: ['sleep', '3600'] }] },
  });
  const where = ['-n', world.namespace, '--kubeconfig', world.env.KUBECONFIG];
  const command = ['sh', '-c', `echo ready; cat; exit ${EXIT_CODE}`];
  return {
    name: 'sandbox',
    args: ['web', `--image=${tools}`, '-i', '-q', ...where, '--', ...command],
    output: 'ready\nhello\n',
  };
}

async function standalone() {
  const outfile = join(directory, 'kubectl-dbg');
  if (!(await makeStandalone(outfile))) throw new Error('bun could not build it');
  return [outfile];
}

/** The duration of a command, or its failure. */
async function check([program, ...first], args, input, isRight) {
  const began = performance.now();
  const end = await run(program, [...first, ...args], input);
  const time = Math.round(performance.now() - began);
  if (isRight(end)) return `${time} ms`;
  return `wrong: exit ${end.code}, ${JSON.stringify(end.out)}, ${JSON.stringify(end.err.slice(0, 300))}`;
}

function run(program, args, input) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: directory, env: { PATH: process.env.PATH, HOME: directory } });
    const end = { out: '', err: '', code: undefined };
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.stdout.on('data', (chunk) => (end.out += chunk));
    child.stderr.on('data', (chunk) => (end.err += chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => resolve({ ...end, code: error.code }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ ...end, code: code ?? signal });
    });
  });
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
