import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogOptions } from '../remote-process.ts';
import { parseEntry } from './cri-line.ts';
import { EntryFormatter } from './entry-formatter.ts';
import type { LogWriter } from './log-writer.ts';
import { tailOffset } from './tail-offset.ts';

/** Size of one read of the file. */
const READ_BYTES = 64 * 1024;
const LF = 0x0a;

/**
 * Reads a log file like the kubelet: only the newest file, entry by entry.
 *
 * Following has the kubelet's defect: a follower that is behind at a rotation ends with the last byte of the old file,
 * without an error; one that has read everything continues in the new file.
 *
 * @param writer the current writer of the file; absent if the container has terminated
 */
export function readLog(
  path: string,
  options: LogOptions,
  signal: AbortSignal,
  writer?: LogWriter,
): Readable {
  const stream = Readable.from(entries(path, options, signal, writer), { objectMode: false });
  const stop = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', stop));
  return stream;
}

async function* entries(
  path: string,
  options: LogOptions,
  signal: AbortSignal,
  writer: LogWriter | undefined,
): AsyncGenerator<Buffer> {
  let file = await openIfThere(path);
  if (file === undefined) return;
  const formatter = new EntryFormatter(options);
  const changes = new Changes(writer, signal);
  let generation = writer?.generation ?? 0;
  let position = 0;
  let caughtUp = false;
  const unsubscribe = writer?.onRotate(() => {
    caughtUp = position === writer.size;
  });
  try {
    position = await tailOffset(file, options.tailLines);
    let rest: Buffer = Buffer.alloc(0);
    const chunk = Buffer.allocUnsafe(READ_BYTES);
    while (!formatter.full) {
      const ended = writer?.ended ?? true;
      const { bytesRead } = await file.read(chunk, 0, READ_BYTES, position);
      if (bytesRead > 0) {
        position += bytesRead;
        const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(LF);
        rest = bytes.subarray(end + 1);
        const output = formatAll(formatter, bytes.subarray(0, end + 1));
        if (output.length > 0) yield output;
        continue;
      }
      if (writer === undefined || !options.follow) return;
      if (writer.generation !== generation) {
        // Had this follower read the complete old file before the rotation?
        if (!caughtUp) return;
        generation = writer.generation;
        await file.close();
        file = await openIfThere(path);
        if (file === undefined) return;
        position = 0;
        rest = Buffer.alloc(0);
        continue;
      }
      if (ended) {
        await delay(writer.followEndMs, undefined, { signal }).catch(() => {});
        return;
      }
      await changes.next();
      if (signal.aborted) return;
    }
  } finally {
    unsubscribe?.();
    changes.stop();
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function formatAll(formatter: EntryFormatter, bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LF); end >= 0 && !formatter.full; end = bytes.indexOf(LF, start)) {
    const entry = parseEntry(bytes.subarray(start, end));
    if (entry !== undefined) formatter.format(entry, parts);
    start = end + 1;
  }
  return Buffer.concat(parts);
}

/** Waits for the writer's changes without missing one between a read and the wait. */
class Changes {
  #changed = false;
  #wake: (() => void) | undefined;
  readonly #unsubscribe: (() => void) | undefined;
  readonly #signal: AbortSignal;
  readonly #abort = (): void => this.#wake?.();

  constructor(writer: LogWriter | undefined, signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort, { once: true });
    this.#unsubscribe = writer?.onChange(() => {
      this.#changed = true;
      this.#wake?.();
    });
  }

  async next(): Promise<void> {
    if (!this.#changed && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#changed = false;
  }

  stop(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#unsubscribe?.();
  }
}
