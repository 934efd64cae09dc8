// One command in many pods: `npm run bench:each [-- --write] [-- --most=10000]`; --write puts table and plot into
// docs/reports. First 10 and 40 pods with real containers, by `kubectl dbg each` and by a shell loop with the official
// kubectl, in one run on one sandbox; then the same with simulated containers that start as slowly as those of a recorded
// node; then 10 to 10,000 simulated pods, to see how the cost grows.
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import { runProgram } from '../e2e/command.ts';
import { runClient } from '../e2e/each-scale/client.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { missingForContainers } from '../e2e/real-containers.ts';
import { openTestCluster, type TestCluster } from '../e2e/world.ts';
import { plot } from './each/plot.ts';
import { startTimeline } from './each/timeline.ts';

const REPORTS = fileURLToPath(new URL('../docs/reports', import.meta.url));
const most = Number(
  process.argv.find((word) => word.startsWith('--most='))?.slice('--most='.length) ?? 10_000,
);

/** Numbers of pods for which `each` and the loop are compared. */
const COMPARED = [10, 40];
/**
 * Time from the PATCH that adds an ephemeral container to the watch event that reports it as running, on a node of Kubernetes
 * v1.36.2: the median of 16 recorded starts (0.1 to 1.3 s) with a present image.
 */
const RECORDED_START_MS = 570;
const SIMULATED = [10, 30, 100, 300, 1000, 3000, 10_000].filter((count) => count <= most);
/** Lines that each command prints at once, like an audit. */
const LINES = 50;
const COMMAND = ['sh', '-c', `seq 1 ${LINES}`];
/**
 * Runs of `each`, of which the median counts: a termination may wait up to a second for the kubelet. A pod takes no more debug
 * containers by default.
 */
const RUNS = 5;
const LOOP_MS = 900_000;
const HEADER = [
  '| pods | `kubectl dbg each` | lines | the loop | lines | quicker |',
  '| ---: | ---: | ---: | ---: | ---: | ---: |',
];

/** Number of concurrent requests while simulated pods are created. */
const CONCURRENCY = 40;

const lines: string[] = [];
const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-bench-'));
try {
  await beside();
  await growth();
} finally {
  await rm(directory, { recursive: true, force: true });
}
const text = page();
process.stdout.write(text);
if (process.argv.includes('--write')) writeFileSync(join(REPORTS, 'each.md'), text);

async function beside(): Promise<void> {
  lines.push('## Beside a shell loop', '');
  const missing = missingForContainers();
  const kubectl = await officialKubectl();
  if (missing !== undefined || 'missing' in kubectl) {
    lines.push(`Left out: ${missing ?? ('missing' in kubectl ? kubectl.missing : '')}.`, '');
    return;
  }
  lines.push(
    `Real containers on one node. The loop is \`for pod in ...; do kubectl debug -i --target=main pod/$pod -- ...; done\``,
    `with kubectl ${kubectl.version}. Each command prints ${LINES} lines at once. The time of \`each\` is the median of ${RUNS} runs.`,
    '',
    ...HEADER,
  );
  const parts = await compare(kubectl.path, () => openTestCluster());
  lines.push(
    '',
    'Where the time of the first run of `each` goes, in ms. A kubelet asks its runtime once a second what has ended, and tells nobody before; `each`',
    'has the exit code from the pod, while the loop is done with a pod when its attach ends, and has no exit code. The containers',
    'share two cores, and at most ten of a node start at once.',
    '',
    '| pods | until the first is asked for | until all have run | until the node tells of the last end | until the report |',
    '| ---: | ---------------------------: | -----------------: | ----------------------------------: | ---------------: |',
    ...parts,
    '',
    `The sandbox starts a container sooner than a node does. With simulated containers that take ${RECORDED_START_MS} ms to start, the`,
    'median of 16 recorded starts on a node of Kubernetes v1.36.2:',
    '',
    ...HEADER,
  );
  await compare(kubectl.path, () => openTestCluster('simulated', { startDelayMs: RECORDED_START_MS }));
  lines.push('');
}

/** Adds a row for each number of pods; returns the rows that say where the time of `each` goes. */
async function compare(kubectl: string, openWorld: () => Promise<TestCluster>): Promise<string[]> {
  const parts: string[] = [];
  for (const pods of COMPARED) {
    const world = await openWorld();
    try {
      const names = Array.from({ length: pods }, (_, index) => `p${index}`);
      await Promise.all(names.map(async (name) => await createPod(world, name)));
      const timeline = startTimeline(world.cluster, world.namespace);
      const first = await byEach(world);
      parts.push(`| ${pods} | ${(await timeline.parts(first.began, first.seconds)).map(ms).join(' | ')} |`);
      const runs = [first];
      while (runs.length < RUNS) runs.push(await byEach(world));
      runs.sort((a, b) => a.seconds - b.seconds);
      const each = runs[(RUNS - 1) / 2] ?? first;
      const loop = await byLoop(world, kubectl, names);
      const all = pods * LINES;
      lines.push(
        `| ${pods} | ${each.seconds.toFixed(1)} s | ${each.lines} of ${all} | ${loop.seconds.toFixed(1)} s | ${loop.lines} of ${all} | ${(loop.seconds / each.seconds).toFixed(1)} times |`,
      );
      process.stderr.write(`${lines.at(-1)}\n${parts.at(-1)}\n`);
    } finally {
      await world.stop();
    }
  }
  return parts;
}

function ms(milliseconds: number): string {
  return milliseconds.toFixed(0);
}

async function createPod(world: TestCluster, name: string): Promise<void> {
  const { namespace, images } = world;
  const container = { name: 'main', image: images.tools, command: ['sleep', '3600'] };
  const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
  await world.createPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
}

async function byEach({
  env,
  namespace,
  images,
}: TestCluster): Promise<{ began: number; seconds: number; lines: number }> {
  const began = performance.now();
  const file = join(directory, 'each.json');
  const flags = ['-n', namespace, `--image=${images.tools}`, '-q', '-o', `json=${file}`];
  const { code, seconds, stderr } = await runClient(['each', ...flags, '--', ...COMMAND], {
    env,
    stdout: join(directory, 'stdout'),
  });
  if (code !== 0) throw new Error(`each ended with ${code}: ${stderr}`);
  const { results } = JSON.parse(await readFile(file, 'utf8')) as { results: { output: string }[] };
  return { began, seconds, lines: results.reduce((sum, { output }) => sum + countLines(output), 0) };
}

async function byLoop(
  { env, namespace, images }: TestCluster,
  kubectl: string,
  names: readonly string[],
): Promise<{ seconds: number; lines: number }> {
  const one = `"$0" debug -i -q -n ${namespace} --image=${images.tools} --target=main --profile=general "pod/$pod" -- "$@" </dev/null`;
  const script = `for pod in ${names.join(' ')}; do ${one}; done`;
  const began = performance.now();
  const { stdout } = await runProgram('sh', ['-c', script, kubectl, ...COMMAND], { env, timeout: LOOP_MS });
  return { seconds: (performance.now() - began) / 1000, lines: countLines(stdout) };
}

function countLines(output: string): number {
  return output.split('\n').filter((line) => /^\d+$/.test(line)).length;
}

async function growth(): Promise<void> {
  lines.push(
    '## How it grows',
    '',
    'Simulated pods in 50 namespaces on one sandbox, which shares the machine; `--rate=500 --parallel=100 --per-node=100`.',
    "Processor time and memory are those of the program's own process.",
    '',
    '| pods | seconds | processor time | a pod | memory |',
    '| ---: | ---: | ---: | ---: | ---: |',
  );
  const wall: [number, number][] = [];
  const cpu: [number, number][] = [];
  for (const pods of SIMULATED) {
    const { seconds, cpuSeconds, peakMiB } = await simulated(pods);
    wall.push([pods, seconds]);
    cpu.push([pods, cpuSeconds]);
    lines.push(
      `| ${pods} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(2)} s | ${((cpuSeconds / pods) * 1000).toFixed(1)} ms | ${peakMiB.toFixed(0)} MiB |`,
    );
    process.stderr.write(`${lines.at(-1)}\n`);
  }
  lines.push('', '![Seconds over pods](each.svg)', '');
  const svg = plot('Seconds over pods', { x: 'pods', y: 'seconds' }, [
    { name: 'from start to report', colour: '#2f81f7', points: wall },
    { name: 'processor time', colour: '#d29922', points: cpu },
  ]);
  if (process.argv.includes('--write')) writeFileSync(join(REPORTS, 'each.svg'), svg);
}

async function simulated(pods: number): Promise<{ seconds: number; cpuSeconds: number; peakMiB: number }> {
  await using sandbox = await startSandbox({
    runtime: 'simulated',
    maxPods: pods + 10,
    timing: { relistIntervalMs: 300 },
  });
  const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
  const cluster = await openCluster({}, { ...realWorld(), env });
  await makePods(cluster, pods);
  await allRun(sandbox.store, pods);
  await cluster.close();
  const flags = ['-A', '--image=busybox', '-q', '--rate=500', '--parallel=100', '--per-node=100'];
  const report = ['-o', `json=${join(directory, 'grown.json')}`];
  const run = await runClient(['each', ...flags, ...report, '--', 'hostname'], {
    env,
    stdout: join(directory, 'stdout'),
  });
  if (run.code !== 0) throw new Error(`each ended with ${run.code}: ${run.stderr}`);
  return run;
}

async function makePods(cluster: Cluster, pods: number): Promise<void> {
  const namespaces = Array.from({ length: Math.min(50, pods) }, (_, index) => `bench-${index}`);
  for (const name of namespaces) {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.request({ method: 'POST', path: '/api/v1/namespaces', body });
  }
  const indexes = Array.from({ length: pods }, (_, index) => index).values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const index of indexes) {
        const metadata = { name: `pod-${index}` };
        const spec = { containers: [{ name: 'app', image: 'example.com/app:v1' }] };
        const path = `/api/v1/namespaces/${namespaces[index % namespaces.length]}/pods`;
        await cluster.request({
          method: 'POST',
          path,
          body: { apiVersion: 'v1', kind: 'Pod', metadata, spec },
        });
      }
    }),
  );
}

/** Resolves when this number of pods is running. */
async function allRun(store: Awaited<ReturnType<typeof startSandbox>>['store'], pods: number): Promise<void> {
  const running = () =>
    store.list('pods').filter((pod) => (pod['status'] as { phase?: string } | undefined)?.phase === 'Running')
      .length;
  await new Promise<void>((resolve) => {
    let left = pods - running();
    if (left <= 0) resolve();
    const stop = store.subscribe('pods', ({ object, previous }) => {
      const phase = (pod: typeof object | undefined) =>
        (pod?.['status'] as { phase?: string } | undefined)?.phase;
      if (phase(object) === 'Running' && phase(previous) !== 'Running') left -= 1;
      if (left > 0) return;
      stop();
      resolve();
    });
  });
}

function page(): string {
  const [cpu] = cpus();
  return [
    '# One command in many pods: what it costs',
    '',
    `Written by \`npm run bench:each -- --write\` on ${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.versions.node}.`,
    'Client, server and containers share the machine: times mean something beside each other only.',
    '',
    ...lines,
  ].join('\n');
}
