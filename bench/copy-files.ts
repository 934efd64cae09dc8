// Compares `kubectl dbg cp` with the official kubectl, with real containers: hashes and times.
//
//     npm run bench:copy-files [-- --write] [-- large|many|cuts ...]
//
// Default: all parts. --write updates the tables of these parts in docs/reports/copy-files.md. COPY_FILES_MIB and
// COPY_FILES_COUNT reduce the sizes, which the report contains.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { copyFiles } from 'kubectl-dbg';
import { KUBECTL_DBG, runProgram } from '../e2e/command.ts';
import { officialKubectl } from '../e2e/official-kubectl.ts';
import { missingForContainers } from '../e2e/real-containers.ts';
import { openTestCluster } from '../e2e/world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, '.cache', 'bench-copy-files');
const MIB = 1024 * 1024;
const SIZE = Number(process.env.COPY_FILES_MIB ?? 2048) * MIB;
const FILES = Number(process.env.COPY_FILES_COUNT ?? 10_000);
const CUTS = 10;
const LIMIT_MS = 560_000;
/** Runs of each copy that is compared; an odd number. */
const ROUNDS = 3;

interface Timing {
  what: string;
  seconds: number;
  /** Peak memory of the client, in MiB. */
  peak: number;
}

interface Part {
  title: string;
  load: string;
  rows: Timing[];
  notes: string[];
}

const missing = missingForContainers();
if (missing !== undefined) throw new Error(missing);
const kubectl = await officialKubectl();
const directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-bench-'));
const world = await openTestCluster();
const at = (name: string) => join(directory, name);

try {
  await Promise.all([
    createPod('box', { image: world.images.tools, command: ['sleep', '1000000'] }),
    createPod('bare', { image: 'example.com/distroless/neato:v1' }),
  ]);
  const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const parts: Record<string, () => Promise<Part>> = { large, many, cuts };
  mkdirSync(results, { recursive: true });
  for (const [name, measure] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    await writeFile(join(results, `${name}.json`), JSON.stringify(await measure()));
  }
  const page = report();
  if (process.argv.includes('--write')) await writeFile(join(root, 'docs/reports/copy-files.md'), page);
  else process.stdout.write(page);
} finally {
  await world.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function createPod(name: string, container: { image: string; command?: string[] }): Promise<void> {
  await world.createPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name, ...container }] },
  });
}

/**
 * Runs two copies alternately, in both orders, and takes the median of each: data written by one is flushed while the
 * other runs, so the second one would be slower.
 */
async function inTurn(
  theirCopy: () => Promise<Timing>,
  ourCopy: () => Promise<Timing>,
): Promise<[Timing, Timing]> {
  const timings: [Timing[], Timing[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      timings[which].push(await (which === 0 ? theirCopy : ourCopy)());
    }
  }
  return [median(timings[0]), median(timings[1])];
}

function median(timings: readonly Timing[]): Timing {
  const sorted = timings.toSorted((a, b) => a.seconds - b.seconds);
  const middle = sorted[(ROUNDS - 1) / 2];
  assert.ok(middle !== undefined);
  return { ...middle, peak: Math.max(...timings.map(({ peak }) => peak)) };
}

/** Runs a program until it exits, and measures it; what was written before is flushed first. */
async function time(what: string, program: string, args: readonly string[]): Promise<Timing> {
  await runProgram('sync', [], { env: world.env, timeout: LIMIT_MS });
  const begun = performance.now();
  const words = ['-f', 'peak=%M', program, ...args, '-n', world.namespace];
  const run = await runProgram('/usr/bin/time', words, { env: world.env, timeout: LIMIT_MS });
  const seconds = (performance.now() - begun) / 1000;
  assert.equal(run.code, 0, `${what}: ${run.stderr}`);
  const peak = Number(/peak=(\d+)/.exec(run.stderr)?.[1]) / 1024;
  console.error(`${what}: ${seconds.toFixed(1)} s, ${peak.toFixed(0)} MiB`);
  return { what, seconds, peak };
}

function ours(what: string, ...args: string[]): Promise<Timing> {
  return time(what, process.execPath, [KUBECTL_DBG, 'cp', ...args]);
}

function theirs(what: string, ...args: string[]): Promise<Timing> {
  if ('missing' in kubectl) throw new Error(kubectl.missing);
  return time(what, kubectl.path, ['cp', ...args]);
}

/** Only at the end: a file system without a journal reuses recently freed inodes slowly. */
function removeCopies(): void {
  for (const name of readdirSync(directory)) {
    if (/^(?:theirs|ours|bare)/.test(name)) rmSync(at(name), { recursive: true });
  }
}

/** One large file in both directions with each program; every copy is verified by its hash. */
async function large(): Promise<Part> {
  const hash = await makeFile(at('large'), SIZE);
  const rows: Timing[] = [];
  const check = async (name: string) => {
    assert.equal(await hashOf(at(name)), hash, name);
  };
  rows.push(
    ...(await inTurn(
      () => theirs('kubectl cp, into a container', at('large'), 'box:/theirs'),
      () => ours('kubectl dbg cp, into it (its own tar)', at('large'), 'box:/ours'),
    )),
    ...(await inTurn(
      () => theirs('kubectl cp, out of it', 'box:/theirs', at('theirs')),
      () => ours('kubectl dbg cp, out of it', 'box:/ours', at('ours')),
    )),
  );
  await check('theirs');
  await check('ours');
  rows.push(await ours('kubectl dbg cp, into one without tar or shell', at('large'), 'bare:/ours'));
  rows.push(await ours('kubectl dbg cp, out of that', 'bare:/ours', at('bare')));
  await check('bare');
  removeCopies();
  return { title: `One file of ${SIZE / MIB} MiB`, load: loadNow(), rows, notes: ratios(rows) };
}

/** A directory with many small files. */
async function many(): Promise<Part> {
  for (let index = 0; index < FILES; index += 1) {
    const below = join(at('many'), `d${index % 100}`);
    if (index < 100) mkdirSync(below, { recursive: true });
    await writeFile(join(below, `file-${index}`), randomBytes(randomInt(4096)));
  }
  const expected = await look(at('many'));
  const rows: Timing[] = [];
  const check = async (name: string) => {
    assert.deepEqual(await look(at(name)), expected, name);
  };
  // Into and out of a new directory each time: one that is there is merged.
  const round = { theirUp: 0, ourUp: 0, theirDown: 0, ourDown: 0 };
  rows.push(
    ...(await inTurn(
      () =>
        theirs('kubectl cp, into a container', at('many'), `box:/their-directory-${(round.theirUp += 1)}`),
      () =>
        ours('kubectl dbg cp, into it (its own tar)', at('many'), `box:/our-directory-${(round.ourUp += 1)}`),
    )),
    ...(await inTurn(
      () => theirs('kubectl cp, out of it', 'box:/their-directory-1', at(`theirs-${(round.theirDown += 1)}`)),
      () => ours('kubectl dbg cp, out of it', 'box:/our-directory-1', at(`ours-${(round.ourDown += 1)}`)),
    )),
  );
  await check(`theirs-${ROUNDS}`);
  await check(`ours-${ROUNDS}`);
  rows.push(await ours('kubectl dbg cp, into one without tar or shell', at('many'), 'bare:/our-directory'));
  rows.push(await ours('kubectl dbg cp, out of that', 'bare:/our-directory', at('bare')));
  await check('bare');
  removeCopies();
  return { title: `A directory of ${FILES} files`, load: loadNow(), rows, notes: ratios(rows) };
}

/** The same file, interrupted at ten random times in each direction and resumed. */
async function cuts(): Promise<Part> {
  const size = Math.min(SIZE, 512 * MIB);
  const hash = await makeFile(at('cut'), size);
  const rows: Timing[] = [];
  const notes: string[] = [];
  for (const pod of ['box', 'bare']) {
    const up = { target: pod, from: { local: at('cut') }, to: { container: '/cut' } };
    const down = { target: pod, from: { container: '/cut' }, to: { local: at('back') } };
    for (const [what, options] of [
      ['into', up],
      ['out of', down],
    ] as const) {
      const begun = performance.now();
      const kept = await copyWithCuts(options, size);
      const words = `${what} ${pod === 'box' ? 'a container with tar' : 'one without'}`;
      rows.push({ what: words, seconds: (performance.now() - begun) / 1000, peak: NaN });
      const taken = kept.map((bytes) => Math.round(bytes / MIB)).join(', ');
      notes.push(`${words}: ${CUTS} cuts, taken up at ${taken} MiB; the hash is equal.`);
    }
    assert.equal(await hashOf(at('back')), hash);
    rmSync(at('back'));
  }
  return { title: `A file of ${size / MIB} MiB, cut ${CUTS} times`, load: loadNow(), rows, notes };
}

/** Copies until it succeeds, interrupted at a random time `CUTS` times; returns the offsets at which it resumed. */
async function copyWithCuts(options: Parameters<typeof copyFiles>[1], size: number): Promise<number[]> {
  const kept: number[] = [];
  for (let cut = 0; cut < CUTS; cut += 1) {
    const over = new AbortController();
    // Relative to the rest, so that all interruptions occur before the end.
    const after = randomInt(Math.max(1, Math.floor(size / CUTS)));
    let from = 0;
    const copying = copyFiles(world.cluster, options, {
      signal: over.signal,
      onProgress: (bytes, total = 0) => {
        from = size - total;
        if (bytes >= after) over.abort(new Error('cut'));
      },
    });
    await assert.rejects(copying, /cut/);
    if (cut > 0) kept.push(from);
  }
  const { bytes, resumed } = await copyFiles(world.cluster, options);
  assert.equal(bytes + resumed, size);
  kept.push(resumed);
  return kept;
}

async function makeFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += 16 * MIB) {
    const chunk = randomBytes(Math.min(16 * MIB, size - at));
    hash.update(chunk);
    await appendFile(path, chunk);
  }
  return hash.digest('hex');
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash);
  return hash.digest('hex');
}

async function look(path: string): Promise<string[]> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const lines = entries.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    return `${file.slice(path.length)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  });
  return lines.toSorted();
}

/** The ratio of both programs in the same run. */
function ratios(rows: readonly Timing[]): string[] {
  const [theirUp, ourUp, theirDown, ourDown] = rows.map(({ seconds }) => seconds);
  const ratio = (our = NaN, their = NaN) => (our / their).toFixed(2);
  return [`Time, ours to kubectl's: in ${ratio(ourUp, theirUp)}, out ${ratio(ourDown, theirDown)}.`];
}

function loadNow(): string {
  const [load = '?'] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  return load;
}

function report(): string {
  const read = ['large', 'many', 'cuts'].flatMap((name) => {
    const file = join(results, `${name}.json`);
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Part] : [];
  });
  const sections = read.map(({ title, load, rows, notes }) => {
    const body = rows.map(
      ({ what, seconds, peak }) =>
        `| ${what} | ${seconds.toFixed(1)} s | ${peak > 0 ? `${peak.toFixed(0)} MiB` : ''} |`,
    );
    const table = ['| copy | time | client, at most |', '| --- | --- | --- |', ...body].join('\n');
    return `## ${title}\n\n${table}\n\n${[...notes, `Load of the machine at the end: ${load}.`].map((note) => `- ${note}`).join('\n')}`;
  });
  const version = 'missing' in kubectl ? 'absent' : kubectl.version;
  const head = `# Copying files

Written by \`npm run bench:copy-files -- --write\`: real containers, ${availableParallelism()} cores which client, server and containers share,
kubectl ${version}, Node ${process.version}. Every last copy is compared with its source by SHA-256. Times
are medians of ${ROUNDS} runs in turn, in either order, of what kubectl can do too.`;
  return `${[head, ...sections].join('\n\n')}\n`;
}
