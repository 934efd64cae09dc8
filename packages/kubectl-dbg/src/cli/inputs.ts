import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { DbgError } from '../errors.ts';
import {
  type ManifestObject,
  missingManifest,
  type Notice,
  type PartialContainer,
  readCustomFile,
  readManifest,
  unreadableCustomFile,
} from '../plan/index.ts';
import type { World } from '../world.ts';

/** Largest manifest or custom file that is read: pods are a few kB, and a mistaken path may be anything. */
const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** How long a manifest's server may take, in ms. */
const DOWNLOAD_TIMEOUT_MS = 30_000;

const MANIFEST_ENDINGS: ReadonlySet<string> = new Set(['.json', '.yaml', '.yml']);

/** Reads the `--custom` file. */
export async function readCustom(
  path: string | undefined,
  world: World,
): Promise<{ custom?: PartialContainer; notices: Notice[] }> {
  if (path === undefined || path === '') return { notices: [] };
  let text: string;
  try {
    text = await readLimited(resolve(world.cwd, path));
  } catch (error) {
    throw unreadableCustomFile(path, reasonOf(error));
  }
  return await readCustomFile(text, path);
}

/** Reads all that `-f` names: files, the manifests of a folder (not of those below it), URLs, `-` for stdin. */
export async function readManifests(sources: readonly string[], world: World): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  for (const source of sources) {
    if (source === '-') objects.push(...(await readManifest(await readAll(world.stdin), 'standard input')));
    else if (/^https?:\/\//.test(source))
      objects.push(...(await readManifest(await download(source), source)));
    else objects.push(...(await readPath(source, world)));
  }
  return objects;
}

async function readPath(source: string, world: World): Promise<ManifestObject[]> {
  const path = resolve(world.cwd, source);
  const found = await stat(path).catch(() => undefined);
  const files =
    found === undefined
      ? await filesLike(path, source)
      : found.isDirectory()
        ? await filesIn(path, (name) => MANIFEST_ENDINGS.has(extname(name)))
        : [path];
  if (files.length === 0) {
    throw new DbgError('usage', `the folder "${source}" holds no .json, .yaml or .yml file`);
  }
  const objects: ManifestObject[] = [];
  for (const file of files) {
    const text = await readLimited(file).catch((error: unknown) => {
      throw new DbgError('usage', `cannot read ${file}: ${reasonOf(error)}`);
    });
    objects.push(...(await readManifest(text, file)));
  }
  return objects;
}

async function filesIn(folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => wanted(name))
    .sort()
    .map((name) => join(folder, name));
}

/** A pattern that the shell left alone, because it was quoted or there is no shell: `*` and `?` in the last part. */
async function filesLike(path: string, source: string): Promise<string[]> {
  if (!/[*?]/.test(basename(path))) throw missingManifest(source);
  const pattern = basename(path)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const like = new RegExp(`^${pattern}$`);
  const files = await filesIn(dirname(path), (name) => like.test(name)).catch(() => []);
  if (files.length === 0) throw missingManifest(source);
  return files;
}

/** Fetches a manifest. Other than to the cluster, redirects are followed: no credential goes along. */
async function download(url: string): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  } catch (error) {
    throw new DbgError('usage', `cannot read ${url}: ${reasonOf(error)}`);
  }
  if (!answer.ok) throw new DbgError('usage', `cannot read ${url}: HTTP status ${answer.status}`);
  const text = await answer.text();
  if (text.length > FILE_LIMIT_BYTES) throw new DbgError('usage', `${url} is larger than 16 MiB`);
  return text;
}

async function readLimited(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > FILE_LIMIT_BYTES) throw new Error('it is larger than 16 MiB');
  return await readFile(path, 'utf8');
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** The system's words for a failed file or network operation. */
function reasonOf(error: unknown): string {
  const WORDS: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOTFOUND: 'no such host',
    ECONNREFUSED: 'connection refused',
  };
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return WORDS[code] ?? cause.message;
}
