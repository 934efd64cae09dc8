import type { SpdyStream } from './spdy-stream.ts';

/** How long a client may take to open its streams, as in a real kubelet. */
const STREAM_CREATION_TIMEOUT_MS = 30_000;

/** Takes the streams that a remote command needs, by their `streamType` header. */
export class ExpectedStreams {
  /** Resolves when all are there; undefined if they don't come in time. */
  readonly complete: Promise<ReadonlyMap<string, SpdyStream> | undefined>;
  readonly #wanted: ReadonlySet<string>;
  readonly #streams = new Map<string, SpdyStream>();
  #finish!: (streams: ReadonlyMap<string, SpdyStream> | undefined) => void;

  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted);
    this.complete = new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), STREAM_CREATION_TIMEOUT_MS);
      this.#finish = (streams) => {
        clearTimeout(timer);
        resolve(streams);
      };
    });
  }

  /** Accepts a stream that is wanted; any other is reset. */
  add(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype') ?? '';
    if (!this.#wanted.has(type) || this.#streams.has(type)) {
      stream.destroy();
      return;
    }
    stream.accept();
    this.#streams.set(type, stream);
    // Nothing is expected from the client on the streams that this side writes.
    if (type !== 'stdin' && type !== 'resize') stream.resume();
    if (this.#streams.size === this.#wanted.size) this.#finish(this.#streams);
  }

  /** The client has gone: nobody waits any longer. */
  giveUp(): void {
    this.#finish(undefined);
  }
}
