import type { Cluster } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';
import { apiPaths } from '../../model/api-paths.ts';

const LF = 0x0a;
const SPACE = 0x20;

/** The kubelet rotates a log at this size (`containerLogMaxSize`), and a read returns only the newest file. */
const ROTATION_BYTES = 10 * 1024 * 1024;

/** The container's start time has a resolution of one second. */
const START_RESOLUTION_MS = 1_000;

/** Overhead of each log line besides its text: time, stream and tag (CRI log format). */
const LINE_OVERHEAD = 42;

export interface LogReadingOptions {
  /** Follows the log until the container terminates; otherwise reads what there is. */
  follow: boolean;
  /** The container's start time from its status, if known. */
  startedAt: string | undefined;
  write: (data: Buffer) => Promise<void>;
  /** Called when the server asks all clients to wait (ms). */
  onBusy?: (milliseconds: number) => void;
  signal: AbortSignal;
}

/** The complete log of a container, in as many reads as needed. */
export class LogReading {
  readonly #cluster: Pick<Cluster, 'stream'>;
  readonly #address: Address;
  readonly #options: LogReadingOptions;
  /** Bytes passed on. */
  #passed = 0;
  /** Time of the first line in the first read. */
  #first: string | undefined;

  constructor(cluster: Pick<Cluster, 'stream'>, address: Address, options: LogReadingOptions) {
    this.#cluster = cluster;
    this.#address = address;
    this.#options = options;
  }

  /**
   * Reads to the end; a broken read is repeated, and only new bytes are passed on.
   *
   * Returns false if rotation has removed the beginning of the log: the first line came so late that, at the rate of the
   * rest, a complete file fits before it; or it is not the first line of the broken read.
   */
  async read(): Promise<boolean> {
    const { follow, startedAt, write, onBusy, signal } = this.#options;
    const { container } = this.#address;
    const body = await this.#cluster.stream({
      method: 'GET',
      path: `${apiPaths.pod(this.#address)}/log`,
      query: { container, timestamps: true, follow: follow ? true : undefined },
      onBusy,
      signal,
    });
    const stamps = new StampReader();
    let size = 0;
    let known = this.#passed;
    for await (const chunk of body) {
      size += chunk.length;
      const text = stamps.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      if (this.#first !== undefined && stamps.first !== undefined && stamps.first !== this.#first)
        return false;
      this.#first ??= stamps.first;
      const news = text.subarray(known);
      known = Math.max(0, known - text.length);
      this.#passed += news.length;
      await write(news);
    }
    return !lostItsBeginning(startedAt, stamps, size);
  }
}

function lostItsBeginning(
  startedAt: string | undefined,
  { first, last, lines }: StampReader,
  size: number,
): boolean {
  if (startedAt === undefined || first === undefined || last === undefined) return false;
  const unexplained = Date.parse(first) - Date.parse(startedAt) - START_RESOLUTION_MS;
  if (!(unexplained > 0)) return false;
  const seconds = Math.max(0.001, (Date.parse(last) - Date.parse(first)) / 1000);
  const rate = (size + lines * LINE_OVERHEAD) / seconds;
  return rate * (unexplained / 1000) >= ROTATION_BYTES;
}

/** Removes the timestamp from each line of a log read with `timestamps=true`. */
class StampReader {
  first: string | undefined;
  last: string | undefined;
  lines = 0;
  #stamp = '';
  #inStamp = true;

  push(chunk: Buffer): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#inStamp) {
        const space = chunk.indexOf(SPACE, at);
        const end = space === -1 ? chunk.length : space;
        this.#stamp += chunk.toString('latin1', at, Math.min(end, at + 64));
        at = end;
        if (space === -1) continue;
        at += 1;
        this.first ??= this.#stamp;
        this.last = this.#stamp;
        this.lines += 1;
        this.#stamp = '';
        this.#inStamp = false;
        continue;
      }
      const newline = chunk.indexOf(LF, at);
      const end = newline === -1 ? chunk.length : newline + 1;
      parts.push(chunk.subarray(at, end));
      this.#inStamp = newline !== -1;
      at = end;
    }
    return Buffer.concat(parts);
  }
}
