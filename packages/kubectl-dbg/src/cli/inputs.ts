import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { decodeText } from '../base/decode-text.ts';
import { readFileOrPipe } from '../base/read-file.ts';
import { readLimited } from '../base/read-limited.ts';
import type { Notice, PartialContainer } from '../model/plan.ts';
import { readCustomFile, unreadableCustomFile } from '../plan/index.ts';
import { type ManifestObject, missingManifest, readManifest } from '../targets/index.ts';
import type { World } from '../model/world.ts';
import { CliError } from './cli-error.ts';

/** Largest manifest or custom file that is read: pods are a few kB, and a wrong path may be any file. */
const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** Time limit for the complete response of a manifest's server, in ms. */
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
    text = await readFile(resolve(world.cwd, path));
  } catch (error) {
    throw unreadableCustomFile(path, reasonOf(error));
  }
  return await readCustomFile(text, path);
}

/** Reads the sources of `-f`: files, the manifests of a directory (not of subdirectories), URLs, `-` for stdin. */
export async function readManifests(sources: readonly string[], world: World): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  for (const source of sources) {
    if (source === '-') {
      objects.push(...(await readManifest(await readStdin(world), 'standard input')));
    } else if (/^https?:\/\//i.test(source)) {
      const { text, shown } = await download(source);
      objects.push(...(await readManifest(text, shown)));
    } else objects.push(...(await readPath(source, world)));
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
    throw new CliError(
      'usage',
      'InputFileUnreadable',
      `the directory "${source}" holds no .json, .yaml or .yml file`,
    );
  }
  const objects: ManifestObject[] = [];
  for (const file of files) {
    const text = await readFile(file).catch((error: unknown) => {
      throw new CliError('usage', 'InputFileUnreadable', `cannot read ${file}: ${reasonOf(error)}`);
    });
    objects.push(...(await readManifest(text, file)));
  }
  return objects;
}

async function filesIn(directory: string, wanted: (name: string) => boolean): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => wanted(name))
    .sort()
    .map((name) => join(directory, name));
}

/** A pattern that the shell did not expand, because it was quoted or there is no shell: `*` and `?` in the last part. */
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

/** Downloads a manifest: with limits of time and size, and only from the given URL. */
async function download(source: string): Promise<{ text: string; shown: string }> {
  const url = parseUrl(source);
  // The part after the path may be a signature, which is as secret as a password.
  const shown = `${url.origin}${url.pathname}`;
  if (url.username !== '' || url.password !== '') {
    throw new CliError(
      'usage',
      'InputFileUnreadable',
      `cannot read ${shown}: a URL must not contain a user name or password`,
      'Fetch the file yourself, and write -f -',
    );
  }
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), redirect: 'manual' });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(refusedAnswer(answer));
    }
    const bytes = answer.body === null ? new Uint8Array() : await readLimited(answer.body, FILE_LIMIT_BYTES);
    return { text: decodeText(bytes), shown };
  } catch (error) {
    throw new CliError(
      'usage',
      'InputFileUnreadable',
      `cannot read ${shown}: ${reasonOf(error)}`,
      'Check the address, or fetch the file yourself and write -f -',
    );
  }
}

function parseUrl(source: string): URL {
  if (URL.canParse(source)) return new URL(source);
  throw new CliError(
    'usage',
    'InputFileUnreadable',
    'the URL given with -f is not a valid one',
    'Correct it',
  );
}

function refusedAnswer({ status, headers }: Response): string {
  if (status < 300 || status >= 400) return `HTTP status ${status}`;
  const place = headers.get('location');
  const to = place === null || !URL.canParse(place) ? '' : ` to ${new URL(place).origin}`;
  return `HTTP status ${status}, a redirect${to}, which is not followed`;
}

async function readFile(path: string): Promise<string> {
  return decodeText(await readFileOrPipe(path, FILE_LIMIT_BYTES));
}

async function readStdin({ stdin }: World): Promise<string> {
  try {
    return decodeText(await readLimited(stdin, FILE_LIMIT_BYTES));
  } catch (error) {
    throw new CliError('usage', 'InputFileUnreadable', `cannot read standard input: ${reasonOf(error)}`);
  }
}

/** The system's message for a failed file or network operation. */
function reasonOf(error: unknown): string {
  const WORDS: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOTFOUND: 'no such host',
    ECONNREFUSED: 'connection refused',
  };
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `it did not arrive within ${DOWNLOAD_TIMEOUT_MS / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return WORDS[code] ?? cause.message;
}
