import type { Cluster } from '../../cluster/types.ts';
import { statusCodeOf } from '../status-code.ts';
import { withoutNotice } from './log-notice.ts';
import { TimestampedLog } from './timestamped-log.ts';
import { apiPaths } from '../../model/api-paths.ts';

/** The address of a container. */
export interface ContainerAddress {
  namespace: string;
  pod: string;
  container: string;
}

/** How one read of the log ended. */
export type ReadingEnd = 'complete' | 'broken' | 'refused';

/** Responses for which a retry is useless: no permission, or no such request. */
const REFUSED = new Set([401, 403, 405]);

/** Receives a read; awaited before more is read. */
export interface LogListener {
  /** The server responds: the log's content follows. */
  opened(): Promise<void>;
  /** `gapBefore`: bytes may be missing before these. */
  data(data: Uint8Array, gapBefore: boolean): Promise<void>;
}

/** Reads a container's log, with as many requests as needed, each byte once. */
export class LogReader {
  readonly #cluster: Pick<Cluster, 'stream'>;
  readonly #address: ContainerAddress;
  readonly #isReplaced: () => boolean;
  readonly #log = new TimestampedLog();
  #failure: unknown;

  /** `isReplaced`: the container was restarted since, and what is read is the log of its previous run. */
  constructor(
    cluster: Pick<Cluster, 'stream'>,
    address: ContainerAddress,
    isReplaced: () => boolean = () => false,
  ) {
    this.#cluster = cluster;
    this.#address = address;
    this.#isReplaced = isReplaced;
  }

  /** Why the last read was incomplete. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Reads on after the newest received byte. Never throws: the next read can continue a broken one. */
  async read(follow: boolean, signal: AbortSignal, listener: LogListener): Promise<ReadingEnd> {
    this.#log.begin();
    this.#failure = undefined;
    let gapTold = false;
    try {
      const chunks = await this.#open(follow, signal);
      await listener.opened();
      for await (const chunk of chunks) {
        const data = this.#log.push(chunk);
        if (data.length === 0) continue;
        const gapBefore: boolean = this.#log.gapPossible && !gapTold;
        gapTold ||= gapBefore;
        await listener.data(data, gapBefore);
      }
      return 'complete';
    } catch (error) {
      this.#failure = error;
      return REFUSED.has(statusCodeOf(error) ?? 0) ? 'refused' : 'broken';
    }
  }

  /**
   * Whether a plain read finds nothing after the newest received byte; undefined if unknown. Never throws, and does not
   * affect the current read.
   */
  async isAtEnd(signal: AbortSignal): Promise<boolean | undefined> {
    const log = this.#log.fork();
    try {
      for await (const chunk of await this.#open(false, signal)) {
        if (log.push(chunk).length > 0) return false;
      }
      return true;
    } catch {
      return undefined;
    }
  }

  /**
   * The last entries of the log, without timestamps; undefined if they can't be read. A piece of a long line is an entry.
   */
  async tail(entries: number, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await this.#request({ tailLines: entries }, signal)) chunks.push(chunk);
      return Buffer.concat(chunks);
    } catch {
      return undefined;
    }
  }

  async #open(follow: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const query = { follow: follow ? true : undefined, timestamps: true, sinceTime: this.#log.sinceTime };
    return withoutNotice(await this.#request(query, signal));
  }

  #request(
    query: Record<string, string | number | boolean | undefined>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const { namespace, pod, container } = this.#address;
    const previous = this.#isReplaced() ? { previous: true, follow: undefined } : {};
    return this.#cluster.stream({
      method: 'GET',
      path: apiPaths.pod({ namespace, pod }, 'log'),
      query: { container, ...query, ...previous },
      signal,
    });
  }
}
