import { realpath, stat } from 'node:fs/promises';
import { platform as machine } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { Cluster } from '../../cluster/index.ts';
import {
  type FileHeader,
  isSystemError,
  readPartial,
  receiveFile,
  receiveTree,
} from '../../files/receive.ts';
import { DbgError } from '../../model/failure.ts';
import { writeTo } from '../../session/stream/sink.ts';
import type { CopyDestination, CopyFilesOptions, CopyResult, CopySettings } from './copy-options.ts';
import { SEND } from './remote-scripts.ts';
import { type Answer, transfer } from './transfer.ts';

/** Copies a file or a directory out of a container. */
export async function download(
  cluster: Cluster,
  options: CopyFilesOptions,
  path: string,
  to: Exclude<CopyDestination, { container: string }>,
  settings: CopySettings,
): Promise<CopyResult> {
  const { maxBytes = Infinity, maxEntries = Infinity, keepSetuid = false } = options;
  const file = 'local' in to ? await localPlace(to.local, path) : undefined;
  const partial = file === undefined ? undefined : await readPartial(file);
  const result: CopyResult = { bytes: 0, resumed: 0, skipped: 0, via: 'debug' };
  const counted = (total?: number) => (count: number) => {
    result.bytes += count;
    settings.onProgress?.(result.bytes, total);
  };
  const takeTree = async (rest: AsyncIterable<Uint8Array>): Promise<void> => {
    const onBytes = counted();
    if ('stream' in to) return await passOn(rest, to.stream, onBytes, settings.signal);
    const { skipped } = await receiveTree(rest, {
      directory: file ?? '',
      platform: options.platform ?? machine(),
      maxBytes,
      maxEntries,
      keepSetuid,
      onSkip: settings.onSkip ?? ignore,
      onBytes,
    });
    result.skipped = skipped;
  };
  const takeFile = async ({ facts, rest, way, kept }: Answer): Promise<void> => {
    const header = headerOf(facts);
    if (header === undefined || header.offset > (partial?.size ?? 0)) throw unclear(path, way);
    if (header.size > maxBytes) {
      const words = `${path} has ${header.size} bytes: the copy was stopped`;
      throw new DbgError('lost', 'CopyLimitExceeded', words, { limit: 'bytes', most: maxBytes });
    }
    result.resumed = header.offset;
    const onBytes = counted(header.size - header.offset);
    if ('stream' in to) return await passOn(rest, to.stream, onBytes, settings.signal);
    if (partial !== undefined) kept(partial.path);
    await receiveFile(rest, header, file ?? '', keepSetuid, onBytes);
  };
  const unwritten = (error: unknown): never => {
    if (!isSystemError(error) || file === undefined) throw error;
    const why = error.message.replace(/^E[A-Z]+: /, '').replace(/, .*/s, '');
    const facts = { path: file, why };
    throw new DbgError('lost', 'LocalPathUnwritable', `cannot write ${file}: ${why}`, facts, {
      cause: error,
    });
  };
  const words = ['sh', '-c', SEND, 'cp', path, String(partial?.size ?? 0), partial?.hash ?? '-'];
  result.via = await transfer(words, {
    cluster,
    options,
    settings,
    path,
    what: `copy ${path} out of the container`,
    sends: false,
    work: async (answer) => {
      switch (answer.kind) {
        case 'tree':
          return await takeTree(answer.rest).catch(unwritten);
        case 'file':
          return await takeFile(answer).catch(unwritten);
        case 'missing':
          throw new DbgError('notFound', 'RemotePathNotFound', `there is no ${path} in the container`, {
            path,
          });
        case 'other':
          throw new DbgError('usage', 'NotFileOrDirectory', `${path} is neither a file nor a directory`, {
            path,
            side: 'container',
          });
        default:
          throw unclear(path, answer.way);
      }
    },
  });
  return result;
}

/** Parses the header of the script; undefined if it is invalid. */
function headerOf([size, mode = '', mtime, offset]: readonly string[]): FileHeader | undefined {
  const header = {
    size: whole(size),
    mode: /^[0-7]{1,5}$/.test(mode) ? Number.parseInt(mode, 8) : NaN,
    mtime: new Date(whole(mtime) * 1000),
    offset: whole(offset),
  };
  const isWhole = [header.size, header.mode, header.mtime.getTime(), header.offset].every(
    (value) => !Number.isNaN(value),
  );
  return isWhole && header.offset <= header.size ? header : undefined;
}

function whole(text: string | undefined): number {
  const number = Number(text);
  return /^\d+$/.test(text ?? '') && Number.isSafeInteger(number) ? number : NaN;
}

function unclear(path: string, way: Answer['way']): DbgError {
  return new DbgError('protocol', 'RemoteAnswerUnclear', `the container does not say what ${path} is`, {
    path,
    way,
  });
}

/** The destination path of a file or directory: in an existing directory it keeps its own name. */
async function localPlace(local: string, remote: string): Promise<string> {
  const there = await stat(local).catch(() => undefined);
  if (there?.isDirectory() !== true) return resolve(local);
  const name = basename(remote.replace(/\/+$/, ''));
  const directory = await realpath(local);
  return name === '' || name === '.' || name === '..' ? directory : join(directory, name);
}

async function passOn(
  source: AsyncIterable<Uint8Array>,
  to: Writable,
  onBytes: (count: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of source) {
    onBytes(chunk.length);
    if (!(await writeTo(to, chunk, signal))) throw new Error('nobody reads it any longer');
    signal?.throwIfAborted();
  }
}

function ignore(): void {
  // nobody listens
}
