// Time from the start of the program to the first prompt of `-it`, compared with the official kubectl in the same run:
// `npm run bench:first-prompt [-- --write] [-- --standalone]`; --write puts the table into docs/reports/bench-first-prompt.md,
// --standalone also measures the standalone program with Bun.
// The round-trip time is 0, 50 and 150 ms, and the container starts in 100 ms. Also compares `--version` with plain Node.
import { spawn as spawnPty } from '@lydell/node-pty';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { KUBECTL_DBG } from '../e2e/command.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { ApiClient } from '../packages/sandbox/src/testing/api-client.ts';
import { type BarGroup, barPlot } from './bar-plot.ts';
import { type DelayingProxy, startDelayingProxy } from './delaying-proxy.ts';

const PAGE = fileURLToPath(new URL('../docs/reports/bench-first-prompt.md', import.meta.url));
const STANDALONE = fileURLToPath(new URL('../scripts/standalone.mjs', import.meta.url));
const ROUND_TRIPS = [0, 50, 150];
const RUNS = 15;
const VERSION_RUNS = 20;
/** Time in which a container starts after the kubelet has received it. */
const START_MS = 100;
const HANG_MS = 30_000;
/** The prompt of any of the shells. */
const PROMPT = /[/~] [#$] /;

interface Client {
  name: string;
  program: string;
  args: (pod: string) => readonly string[];
}

const kubectl = await officialKubectl();
const lines: string[] = [];
const groups: BarGroup[] = [];
const directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-bench-'));
const sandbox = await startSandbox({ runtime: 'simulated' });
const target = new URL(sandbox.url);
const proxy = await startDelayingProxy({ host: target.hostname, port: Number(target.port) });
try {
  const env = environment(proxy);
  const starts = watchStarts(sandbox);
  // Extra CA certificates cost 50 ms at each start, which is not due to either program.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const flags = ['-it', '--image=busybox', '--profile=general', '--', 'sh'];
  const clients: Client[] = [
    { name: 'kubectl-dbg', program: process.execPath, args: (pod) => [KUBECTL_DBG, pod, ...flags] },
  ];
  if (process.argv.includes('--standalone')) {
    clients.push({ name: 'standalone', program: makeStandalone(), args: (pod) => [pod, ...flags] });
  }
  if ('missing' in kubectl) say(`kubectl is left out: ${kubectl.missing}`);
  else {
    clients.push({
      name: `kubectl ${kubectl.version}`,
      program: kubectl.path,
      args: (pod) => ['debug', pod, ...flags],
    });
  }
  const own = clients.filter((client) => !client.name.startsWith('kubectl v'));
  const head = [...clients.map(({ name }) => `${name}, p50`), ...own.map(({ name }) => `${name}: ratio`)];
  say(`| round trip | ${head.join(' | ')} |`);
  say(`| --: |${' --: |'.repeat(head.length)}`);
  for (const roundTrip of ROUND_TRIPS) {
    proxy.roundTrip = roundTrip;
    const medians = await compare(clients, env, `web-${roundTrip}`, starts);
    groups.push({
      label: `${roundTrip} ms away`,
      bars: clients.map(({ name }, index) => ({ name, value: medians[index] ?? 0 })),
    });
    const theirs = medians[own.length];
    const ratios = own.map((_, index) =>
      theirs === undefined ? '' : ((medians[index] ?? 0) / theirs).toFixed(2),
    );
    const cells = [...medians.map((time) => `${time.toFixed(0)} ms`), ...ratios];
    say(`| ${roundTrip} ms | ${cells.join(' | ')} |`);
  }
  version();
} finally {
  await proxy.stop();
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
}
if (process.argv.includes('--write')) {
  writeFileSync(PAGE, page());
  writeFileSync(PAGE.replace(/md$/, 'svg'), barPlot('The time to the first prompt, p50', 'ms', groups));
}
process.exit();

/** Builds the standalone program with Bun; returns its path. */
function makeStandalone(): string {
  const { status, stdout } = spawnSync(process.execPath, [STANDALONE], { encoding: 'utf8' });
  if (status !== 0) throw new Error('the standalone program could not be built');
  return stdout.trim();
}

/** The clients' own times in ms: medians of alternating runs, after a warm-up run of each. */
async function compare(
  clients: readonly Client[],
  env: Record<string, string>,
  pods: string,
  starts: { last: number },
): Promise<number[]> {
  const times = clients.map((): number[] => []);
  for (let run = 0; run <= RUNS; run += 1) {
    // Pods do not usually have dozens of debug containers.
    const pod = `${pods}-${run}`;
    await createPod(sandbox, pod);
    for (const [index, client] of clients.entries()) {
      const time = await firstPrompt(client, pod, env);
      if (run > 0) times[index]?.push(time - starts.last);
    }
  }
  return times.map(median);
}

function firstPrompt({ program, args }: Client, pod: string, env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const terminal = spawnPty(program, [...args(pod)], { cols: 80, rows: 24, env });
    let shown = '';
    let prompted: number | undefined;
    const hang = setTimeout(() => terminal.kill('SIGKILL'), HANG_MS);
    terminal.onData((data) => {
      shown += data;
      if (prompted !== undefined || !PROMPT.test(shown)) return;
      prompted = performance.now() - begun;
      terminal.write('exit\r');
    });
    terminal.onExit(() => {
      clearTimeout(hang);
      if (prompted === undefined) reject(new Error(`${program} showed no prompt:\n${shown}`));
      else resolve(prompted);
    });
  });
}

/** Records the cluster's share: the time in ms from the write of the last debug container until it was running. */
function watchStarts({ store }: Sandbox): { last: number } {
  const starts = { last: Number.NaN };
  const written = new Map<string, number>();
  store.subscribe('pods', ({ object }) => {
    const { spec, status } = object as Pod;
    for (const { name } of spec?.ephemeralContainers ?? []) {
      if (!written.has(name)) written.set(name, performance.now());
    }
    for (const { name, state } of status?.ephemeralContainerStatuses ?? []) {
      const since = written.get(name);
      if (state?.running === undefined || since === undefined || Number.isNaN(since)) continue;
      starts.last = performance.now() - since;
      written.set(name, Number.NaN);
    }
  });
  return starts;
}

function version(): void {
  const run = (args: readonly string[]): number => {
    const begun = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - begun;
  };
  const own: number[] = [];
  const bare: number[] = [];
  for (let count = 0; count < VERSION_RUNS; count += 1) {
    own.push(run([KUBECTL_DBG, '--version']));
    bare.push(run(['-e', '0']));
  }
  const [mine, node] = [median(own), median(bare)];
  say('');
  say(
    `\`kubectl-dbg --version\` takes ${mine.toFixed(0)} ms, a bare \`node -e 0\` ${node.toFixed(0)} ms: ratio ${(mine / node).toFixed(2)}.`,
  );
}

function environment({ port }: DelayingProxy): Record<string, string> {
  const kubeconfig = join(directory, 'config');
  const text = readFileSync(sandbox.kubeconfig, 'utf8').replace(target.host, `127.0.0.1:${port}`);
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  return { PATH: process.env.PATH ?? '', HOME: directory, KUBECONFIG: kubeconfig, TERM: 'xterm' };
}

async function createPod({ kubeconfig, store }: Sandbox, name: string): Promise<void> {
  const running = new Promise<void>((resolve) => {
    store.subscribe('pods', ({ object }) => {
      const isRunning = (object.status as { phase?: string } | undefined)?.phase === 'Running';
      if (object.metadata.name === name && isRunning) resolve();
    });
  });
  const client = new ApiClient(kubeconfig);
  await client.request('POST', '/api/v1/namespaces/default/pods', {
    body: {
      metadata: { name, annotations: { 'sandbox.kubectl-dbg.dev/start-delay': `${START_MS}ms` } },
      spec: { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '100000'] }] },
    },
  });
  await running;
  client.session.close();
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function say(line: string): void {
  lines.push(line);
  console.log(line);
}

function page(): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
  return `# The time to the first prompt

Written by \`npm run bench:first-prompt -- --write\` on ${machine}: from the start of \`kubectl dbg web -it\` to the
shell's first prompt, beside the official kubectl in the same run and in turn with it, ${RUNS} runs each. The server seems
that far away by a proxy that delays every byte, and every new connection by a round trip more. The container starts in
${START_MS} ms; what passes in the cluster from the write to its running is taken off. Each run has a pod of its own.

![The same as a plot](bench-first-prompt.svg)

${lines.join('\n')}

What the distance costs is counted in round trips. kubectl-dbg needs six: TCP, TLS, the pod, the write (the container
starts meanwhile), the upgrade, and the change of the terminal's size that makes a shell draw its prompt again.
kubectl needs two more: TCP and TLS of its second connection, which it opens only once the container runs. So far away
from the server the ratio comes near to 6 : 8; what is left of the difference is the start of Node itself, on the machine
above a quarter of kubectl-dbg's own time. \`standalone\` is the same source with Bun inside.
`;
}
