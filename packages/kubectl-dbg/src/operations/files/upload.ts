import { randomBytes } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cluster } from '../../cluster/index.ts';
import { hashOfBeginning } from '../../files/hash-of-beginning.ts';
import { openSource } from '../../files/open-source.ts';
import { isSystemError } from '../../files/receive.ts';
import { sendTree } from '../../files/send-tree.ts';
import { DbgError } from '../../model/failure.ts';
import { readingFailure } from '../../session/terminal/input.ts';
import type { CopyFilesOptions, CopyResult, CopySettings, CopySource } from './copy-options.ts';
import { TAKE_FILE, TAKE_STREAM, TAKE_TREE } from './remote-scripts.ts';
import { type Answer, transfer } from './transfer.ts';

/** Size of one read of a file: large, because each one wakes another thread. */
const READ_BYTES = 1024 * 1024;

type OpenSource = NonNullable<Awaited<ReturnType<typeof openSource>>>;

/** How a source is sent: the script with its arguments, and the sender that runs when the script is ready. */
interface Sending {
  words: readonly string[];
  send(answer: Answer, stdin: Writable): Promise<void>;
  close?(): Promise<void>;
}

/** Copies a file, a directory or a stream into a container. */
export async function upload(
  cluster: Cluster,
  options: CopyFilesOptions,
  from: Exclude<CopySource, { container: string }>,
  path: string,
  settings: CopySettings,
): Promise<CopyResult> {
  const { owner } = options;
  const result: CopyResult = { bytes: 0, resumed: 0, skipped: 0, via: 'debug' };
  const id = owner === undefined ? '' : `${owner.uid}:${owner.gid}`;
  const feed = async (
    source: Iterable<Buffer> | AsyncIterable<Buffer>,
    stdin: Writable,
    total?: number,
  ): Promise<void> => {
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of source) {
        result.bytes += chunk.length;
        settings.onProgress?.(result.bytes, total);
        yield chunk;
      }
    };
    await pipeline(counted, stdin);
  };

  // Unknown to anybody else: data that ends with it is complete.
  const token = randomBytes(16).toString('hex');
  const ofStream = (stream: Readable): Sending => ({
    words: [TAKE_STREAM, path, 'stdin', token, id],
    send: async (_answer, stdin) => {
      const marked = async function* (): AsyncGenerator<Buffer> {
        yield* stream;
        yield Buffer.from(token);
      };
      await feed(marked(), stdin);
      result.bytes -= token.length;
    },
  });
  const ofDirectory = (directory: string, name: string): Sending => ({
    words: [TAKE_TREE, path, name, `.kubectl-dbg-end-${token}`],
    send: async (_answer, stdin) => {
      const archive = sendTree({
        directory,
        owner: owner ?? { uid: 0, gid: 0 },
        endMark: `.kubectl-dbg-end-${token}`,
        onSkip: (entry, why) => {
          result.skipped += 1;
          settings.onSkip?.(entry, why);
        },
      });
      await feed(archive, stdin);
    },
  });
  const ofFile = ({ file, stats: { size, mode, mtimeMs } }: OpenSource, name: string): Sending => ({
    words: [
      TAKE_FILE,
      path,
      name,
      String(size),
      (mode & 0o7777).toString(8),
      String(Math.floor(mtimeMs / 1000)),
      id,
    ],
    send: async ({ facts: [have = '', hash, ...partial], kept }, stdin) => {
      kept(partial.join(' '));
      const part = /^\d{1,15}$/.test(have) ? Number(have) : 0;
      const fits = part > 0 && part <= size && hash === (await hashOfBeginning(file, part, settings.signal));
      result.resumed = fits ? part : 0;
      stdin.write(`${result.resumed}\n`);
      if (result.resumed === size) return void stdin.end();
      await feed(piecesOf(file, result.resumed, size), stdin, size - result.resumed);
    },
    close: () => file.close(),
  });
  const sendingOf = async (local: string): Promise<Sending> => {
    const stats = await stat(local).catch((error: unknown) => {
      throw unreadable(local, error);
    });
    const name = basename(resolve(local));
    if (stats.isDirectory()) return ofDirectory(local, name);
    const opened = await openSource(local).catch((error: unknown) => {
      throw unreadable(local, error);
    });
    if (opened !== undefined) return ofFile(opened, name);
    throw new DbgError('usage', 'NotFileOrDirectory', `${local} is neither a file nor a directory`, {
      path: local,
      side: 'local',
    });
  };

  const sending = 'stream' in from ? ofStream(from.stream) : await sendingOf(from.local);
  const [script = '', ...words] = sending.words;
  try {
    result.via = await transfer(['sh', '-c', script, 'cp', ...words], {
      cluster,
      options,
      settings,
      path,
      what: `copy to ${path} in the container`,
      sends: true,
      work: async (answer) => {
        if (answer.kind === 'missing') {
          const directory = answer.facts.join(' ') || path;
          throw new DbgError(
            'notFound',
            'RemoteDirectoryNotFound',
            `there is not a directory ${directory} in the container`,
            {
              path: directory,
            },
          );
        }
        if (answer.kind !== 'ready' || answer.stdin === undefined) {
          const words = `the container does not say whether it takes ${path}`;
          throw new DbgError('protocol', 'RemoteAnswerUnclear', words, { path, way: answer.way });
        }
        await sending.send(answer, answer.stdin).catch((error: unknown) => {
          throw isSystemError(error) ? unreadable('local' in from ? from.local : 'stdin', error) : error;
        });
      },
    });
  } finally {
    await sending.close?.().catch(ignore);
  }
  return result;
}

/**
 * A file's bytes from one offset to another, or to its end if it has become shorter. The next piece is read while one is
 * being sent.
 */
async function* piecesOf(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const readAt = async (at: number): Promise<Buffer> => {
    const room = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, Math.max(0, end - at)));
    const { bytesRead } = await file.read(room, 0, room.length, at);
    return room.subarray(0, bytesRead);
  };
  let next = readAt(start);
  for (let at = start; at < end;) {
    const piece = await next;
    if (piece.length === 0) return;
    at += piece.length;
    next = readAt(at);
    // Its failure is thrown where it is waited for, if it is.
    next.catch(ignore);
    yield piece;
  }
}

function unreadable(path: string, error: unknown): DbgError {
  const { path: place = path } = error as NodeJS.ErrnoException;
  const words = `cannot read ${place}: ${readingFailure(error as Error)}`;
  return new DbgError('usage', 'LocalPathUnreadable', words, { path: place }, { cause: error });
}

function ignore(): void {
  // closed with its stream
}
