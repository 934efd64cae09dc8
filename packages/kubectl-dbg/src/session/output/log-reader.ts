import type { Cluster } from '../../cluster/types.ts';
import { statusCodeOf } from '../status-code.ts';
import { TimestampedLog } from './timestamped-log.ts';

/** Where a container is. */
export interface ContainerAddress {
  namespace: string;
  pod: string;
  container: string;
}

/** How one reading of the log ended. */
export type ReadingEnd = 'complete' | 'broken' | 'refused';

/** Answers that asking again won't change: no permission, or no such request. */
const REFUSED = new Set([401, 403, 405]);

/** Told of a reading; awaited before more is read. */
export interface LogListener {
  /** The server answers: what the log holds comes now. */
  opened(): Promise<void>;
  /** `gapBefore`: bytes may be missing before these. */
  data(data: Uint8Array, gapBefore: boolean): Promise<void>;
}

/** Reads a container's log, over as many requests as are needed, each byte once. */
export class LogReader {
  readonly #cluster: Cluster;
  readonly #address: ContainerAddress;
  readonly #log = new TimestampedLog();

  constructor(cluster: Cluster, address: ContainerAddress) {
    this.#cluster = cluster;
    this.#address = address;
  }

  /** Reads on after the newest byte had. Never throws: a broken reading can be taken up by the next. */
  async read(follow: boolean, signal: AbortSignal, listener: LogListener): Promise<ReadingEnd> {
    this.#log.begin();
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
      return REFUSED.has(statusCodeOf(error) ?? 0) ? 'refused' : 'broken';
    }
  }

  /**
   * Whether a plain read finds nothing after the newest byte had. False too where that can't be known. Never throws, and
   * leaves the reading under way alone.
   */
  async isAtEnd(signal: AbortSignal): Promise<boolean> {
    const log = this.#log.fork();
    try {
      for await (const chunk of await this.#open(false, signal)) {
        if (log.push(chunk).length > 0) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  #open(follow: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { namespace, pod, container } = this.#address;
    return this.#cluster.stream({
      method: 'GET',
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
      query: {
        container,
        follow: follow ? true : undefined,
        timestamps: true,
        sinceTime: this.#log.sinceTime,
      },
      signal,
    });
  }
}
