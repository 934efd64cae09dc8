// Compares sessions with those of the official kubectl, in one run on one sandbox:
// `npm run bench:session [-- --full] [-- --write] [-- --only=zeros,exec]`; --write puts the tables into docs/reports/bench-session.md.
// (a) lines delivered of 50 printed at once; (b) large output: completeness, speed and memory, and the same with zeros; (c) the
// echo of a keystroke; (d) exit codes; (e) a command by exec and by attach. Times are only shown in comparison.
import { spawn as spawnPty } from '@lydell/node-pty';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type BarGroup, barPlot } from './bar-plot.ts';
import { KUBECTL_DBG } from '../e2e/command.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { openTestCluster, type TestCluster } from '../e2e/world.ts';

const PAGE = fileURLToPath(new URL('../docs/reports/bench-session.md', import.meta.url));
const full = process.argv.includes('--full');
/** Runs of (a), keystrokes of (c), exit codes of (d): more with --full, which takes some minutes. */
const BURSTS = full ? 100 : 20;
const KEYS = full ? 300 : 100;
const CODES = full
  ? Array.from({ length: 256 }, (_, code) => code)
  : [0, 1, 2, 7, 42, 126, 127, 128, 137, 143, 255];
const LINES = full ? 6_000_000 : 1_500_000;
const BINARY_BYTES = full ? 2 ** 30 : 2 ** 27;
/** Zeros have no newlines, and no position can be distinguished from another. */
const ZEROS = [
  { name: '20 MB, after a second', bytes: 20_000_000, sleep: 1 },
  { name: '20 MB, at once', bytes: 20_000_000, sleep: 0 },
  { name: '300 MB, after a second', bytes: 300_000_000, sleep: 1 },
  { name: '1 GiB, after a second', bytes: 2 ** 30, sleep: 1 },
];
const EXECS = full ? 31 : 11;
/** A hanging client is killed after this time, in ms. */
const HANG_MS = 300_000;
/** Interval at which a running client's peak memory is read, in ms. */
const MEMORY_SAMPLE_MS = 50;

interface Client {
  name: string;
  program: string;
  /** Arguments that run a command in pod p. */
  args(words: readonly string[]): string[];
}

interface Table {
  title: string;
  rows: { name: string; text: string }[];
}

interface Result {
  code: number | null;
  bytes: number;
  lines: number;
  sha256: string;
  seconds: number;
  /** Peak resident set size in MiB. */
  memory: number;
}

const tables: Table[] = [];
/** Delivery speeds of each client, if measured. */
const speeds: BarGroup[] = [];
const kubectl = await officialKubectl();
const world = await openTestCluster();
try {
  await world.createPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: world.images.tools, command: ['sleep', '100000'] }],
    },
  });
  const clients = clientsOf(world);
  const only = process.argv
    .find((argument) => argument.startsWith('--only='))
    ?.slice(7)
    .split(',');
  const parts = { bursts, output: muchOutput, zeros, keys: keystrokes, codes: exitCodes, exec: execs };
  for (const [name, measure] of Object.entries(parts)) {
    if (only === undefined || only.includes(name)) await measure(clients);
  }
  if (process.argv.includes('--write')) {
    writeFileSync(PAGE, page());
    if (speeds.length > 0) {
      writeFileSync(PAGE.replace(/md$/, 'svg'), barPlot('Output delivered', 'MiB/s', speeds));
    }
  }
} finally {
  await world.stop();
}
process.exit();

function clientsOf({ namespace, images }: TestCluster): Client[] {
  const common = ['p', '-n', namespace, `--image=${images.tools}`, '-q', '--profile=general'];
  const ours: Client = {
    name: 'kubectl-dbg',
    program: process.execPath,
    args: (words) => [KUBECTL_DBG, ...common, '--target=', '--', ...words],
  };
  if ('missing' in kubectl) {
    console.log(`skipped kubectl: ${kubectl.missing}`);
    return [ours];
  }
  const theirs: Client = {
    name: 'kubectl debug',
    program: kubectl.path,
    args: (words) => ['debug', ...common, '-i', '--', ...words],
  };
  return [ours, theirs];
}

async function bursts(clients: readonly Client[]): Promise<void> {
  title(`(a) lines delivered of 50 printed at once, ${BURSTS} runs`);
  for (const client of clients) {
    let delivered = 0;
    for (let run = 0; run < BURSTS; run += 1) {
      const { lines } = await execute(client, ['sh', '-c', 'seq 1 50; sleep 0.3']);
      delivered += lines;
    }
    row(client.name, `${delivered} of ${50 * BURSTS}`);
  }
}

async function muchOutput(clients: readonly Client[]): Promise<void> {
  const expected = createHash('sha256');
  for (let from = 1; from <= LINES; from += 100_000) {
    let chunk = '';
    for (let line = from; line < from + 100_000 && line <= LINES; line += 1) chunk += `${line}\n`;
    expected.update(chunk);
  }
  const digest = expected.digest('hex');
  title(`(b) seq 1 ${LINES}`);
  for (const client of clients) {
    const result = await execute(client, ['seq', '1', String(LINES)]);
    row(
      client.name,
      speed(result, result.sha256 === digest ? 'whole' : `NOT whole: ${result.lines} lines`),
      speedOf(result),
    );
  }
  title(`(b) ${BINARY_BYTES / 2 ** 20} MiB of binary`);
  for (const client of clients) {
    // The same bytes for all clients, without a repeating pattern.
    const make = `head -c ${BINARY_BYTES} /dev/urandom | tee /tmp/sum.in >/dev/null; sha256sum </tmp/sum.in >&2; cat /tmp/sum.in`;
    const result = await execute(client, ['sh', '-c', make]);
    row(
      client.name,
      speed(result, result.bytes === BINARY_BYTES ? 'whole' : `NOT whole: ${result.bytes} bytes`),
      speedOf(result),
    );
  }
}

async function zeros(clients: readonly Client[]): Promise<void> {
  for (const { name, bytes, sleep } of ZEROS) {
    title(`(b) zeros: ${name}`);
    for (const client of clients) {
      const result = await execute(client, ['sh', '-c', `sleep ${sleep}; head -c ${bytes} /dev/zero`]);
      const whole = result.bytes === bytes ? 'exact' : `NOT exact: ${result.bytes} bytes`;
      row(client.name, speed(result, whole), speedOf(result));
    }
  }
}

/** The total time of a command with one word of output, alternately by attach and by exec. */
async function execs([ours]: readonly Client[]): Promise<void> {
  if (ours === undefined) return;
  title(`(e) echo, by attach and by exec, ${EXECS} runs in turn`);
  const byExec = { ...ours, args: (words: readonly string[]) => viaExec(ours.args(words)) };
  const ways = [
    { name: 'attach', client: ours, seconds: [] as number[] },
    { name: 'exec', client: byExec, seconds: [] as number[] },
  ];
  for (let run = 0; run < EXECS; run += 1) {
    for (const { client, name, seconds } of ways) {
      const result = await execute(client, ['echo', 'v']);
      if (result.bytes !== 2 || result.code !== 0)
        throw new Error(`echo by ${name} ended with ${result.code}`);
      seconds.push(result.seconds);
    }
  }
  const [attach = 0, exec = 0] = ways.map(({ seconds }) => seconds.toSorted((a, b) => a - b)[EXECS >> 1]);
  row('attach', `p50 ${Math.round(attach * 1000)} ms`);
  row('exec', `p50 ${Math.round(exec * 1000)} ms, ${(exec / attach).toFixed(2)} times attach`);
}

function viaExec(args: readonly string[]): string[] {
  const at = args.indexOf('--');
  return [...args.slice(0, at), '--via=exec', ...args.slice(at)];
}

async function keystrokes(clients: readonly Client[]): Promise<void> {
  title(`(c) echo of a keystroke, ${KEYS} of them, in ms`);
  for (const client of clients) {
    const args = client.args(['cat']);
    args.splice(args.indexOf('--'), 0, ...(client.name === 'kubectl-dbg' ? ['-it'] : ['-t']));
    const terminal = spawnPty(client.program, args, {
      cols: 80,
      rows: 24,
      env: world.env,
    });
    let wake: (() => void) | undefined;
    let shown = '';
    terminal.onData((data) => {
      shown += data;
      wake?.();
    });
    const awaitText = async (text: string) => {
      const deadline = Date.now() + HANG_MS;
      while (!shown.includes(text)) {
        if (Date.now() > deadline) throw new Error(`no echo of ${text}: ${shown}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    };
    // Before the session starts, only the terminal echoes input: a line that appears twice comes from cat.
    terminal.write('begin\r');
    await awaitText('begin\r\nbegin');
    const times: number[] = [];
    for (let key = 0; key < KEYS; key += 1) {
      shown = '';
      const begun = performance.now();
      terminal.write('x');
      await awaitText('x');
      times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    terminal.kill('SIGKILL');
    row(client.name, `p50 ${percentile(times, 0.5)}  p99 ${percentile(times, 0.99)}`);
  }
}

async function exitCodes(clients: readonly Client[]): Promise<void> {
  title(`(d) exit codes returned, of ${CODES.length}`);
  for (const client of clients) {
    let right = 0;
    for (const code of CODES)
      if ((await execute(client, ['sh', '-c', `exit ${code}`])).code === code) right += 1;
    row(client.name, `${right} of ${CODES.length}`);
  }
}

function execute(client: Client, words: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(client.program, client.args(words), {
      env: world.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const hash = createHash('sha256');
    let bytes = 0;
    let lines = 0;
    let memory = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
      hash.update(chunk);
    });
    const look = setInterval(
      () => (memory = Math.max(memory, highWaterMark(child.pid ?? 0))),
      MEMORY_SAMPLE_MS,
    );
    const hang = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(look);
      clearTimeout(hang);
      const seconds = (performance.now() - begun) / 1000;
      resolve({ code, bytes, lines, sha256: hash.digest('hex'), seconds, memory });
    });
  });
}

/** VmHWM of a process in MiB; 0 after it has exited. */
function highWaterMark(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function speedOf({ bytes, seconds }: Result): number {
  return bytes / 2 ** 20 / seconds;
}

function speed(result: Result, whole: string): string {
  const { memory, code } = result;
  return `${whole}, ${speedOf(result).toFixed(1)} MiB/s, peak ${memory} MiB, exit ${String(code)}`;
}

function title(text: string): void {
  console.log(`\n${text}`);
  tables.push({ title: text, rows: [] });
}

function row(name: string, text: string, speedMeasured?: number): void {
  console.log(`  ${name.padEnd(14)} ${text}`);
  const table = tables.at(-1);
  table?.rows.push({ name, text });
  if (table === undefined || speedMeasured === undefined) return;
  const bar = { name, value: speedMeasured };
  const group = speeds.find(({ label }) => label === table.title);
  if (group === undefined) speeds.push({ label: table.title, bars: [bar] });
  else group.bars.push(bar);
}

function page(): string {
  const version = 'missing' in kubectl ? 'not there' : kubectl.version;
  const head = `# Sessions beside kubectl's

Written by \`npm run bench:session -- --write\` on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, in one sandbox with real
containers. Client, server and containers share the machine, so speeds and times mean something beside each other only.
The official kubectl is ${version}. "Peak" is the client's highest resident memory.
`;
  const parts = tables.map(({ title: text, rows }) =>
    [`\n## ${text}\n`, '| client | result |', '| --- | --- |', ...rows.map(rowOf)].join('\n'),
  );
  const plot = speeds.length > 0 ? ['![Output delivered, as a plot](bench-session.svg)\n'] : [];
  return `${[head, ...plot, ...parts].join('\n').trimEnd()}\n`;
}

function rowOf({ name, text }: { name: string; text: string }): string {
  return `| ${name} | ${text} |`;
}
