// Sessions beside the official kubectl's, in one run on one sandbox: `npm run bench:session [-- --full]`.
// (a) lines delivered of 50 printed at once; (b) much output: whole, speed, memory; (c) the echo of a keystroke;
// (d) exit codes. Times are only ever shown beside kubectl's.
import { spawn as spawnPty } from '@lydell/node-pty';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KUBECTL_DBG } from '../e2e/command.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { openTestCluster, type TestCluster } from '../e2e/world.ts';

const full = process.argv.includes('--full');
/** Runs of (a), keystrokes of (c), exit codes of (d): fewer unless --full, which takes some minutes. */
const BURSTS = full ? 100 : 20;
const KEYS = full ? 300 : 100;
const CODES = full
  ? Array.from({ length: 256 }, (_, code) => code)
  : [0, 1, 2, 7, 42, 126, 127, 128, 137, 143, 255];
const LINES = full ? 6_000_000 : 1_500_000;
const BINARY_BYTES = full ? 2 ** 30 : 2 ** 27;
/** A client that hangs is ended after this, in ms. */
const HANG_MS = full ? 300_000 : 120_000;
/** How often a running client's memory is looked at, in ms; the kernel keeps the highest mark. */
const MEMORY_LOOK_MS = 50;

interface Client {
  name: string;
  program: string;
  /** Arguments that run a command in pod p. */
  args(words: readonly string[]): string[];
}

interface Result {
  code: number | null;
  bytes: number;
  lines: number;
  sha256: string;
  seconds: number;
  /** Highest resident memory in MiB. */
  memory: number;
}

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
  await bursts(clients);
  await muchOutput(clients);
  await keystrokes(clients);
  await exitCodes(clients);
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
    console.log(`kubectl is left out: ${kubectl.missing}`);
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
    row(client.name, speed(result, result.sha256 === digest ? 'whole' : `NOT whole: ${result.lines} lines`));
  }
  title(`(b) ${BINARY_BYTES / 2 ** 20} MiB of binary`);
  for (const client of clients) {
    // The same bytes for everybody, and no pattern that could be joined in two places.
    const make = `head -c ${BINARY_BYTES} /dev/urandom | tee /tmp/sum.in >/dev/null; sha256sum </tmp/sum.in >&2; cat /tmp/sum.in`;
    const result = await execute(client, ['sh', '-c', make]);
    row(
      client.name,
      speed(result, result.bytes === BINARY_BYTES ? 'whole' : `NOT whole: ${result.bytes} bytes`),
    );
  }
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
    // Until the session is up what is typed is echoed by the terminal itself: a line that comes back twice is cat's.
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
      MEMORY_LOOK_MS,
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

/** VmHWM of a process in MiB; 0 once it has ended. */
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

function speed({ bytes, seconds, memory, code }: Result, whole: string): string {
  return `${whole}, ${(bytes / 2 ** 20 / seconds).toFixed(1)} MiB/s, peak ${memory} MiB, exit ${String(code)}`;
}

function title(text: string): void {
  console.log(`\n${text}`);
}

function row(name: string, text: string): void {
  console.log(`  ${name.padEnd(14)} ${text}`);
}
