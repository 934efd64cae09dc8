import type { SpdyStream } from './spdy-stream.ts';

/** Timeout for opening all streams, as in a real kubelet. */
const STREAM_CREATION_TIMEOUT_MS = 30_000;

/** Collects the streams of a remote command by their `streamType` header. */
export class ExpectedStreams {
  /** Resolves when all streams are open; with undefined after the timeout. */
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

  /** Accepts an expected stream; resets any other. */
  add(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype') ?? '';
    if (!this.#wanted.has(type) || this.#streams.has(type)) {
      stream.destroy();
      return;
    }
    stream.accept();
    this.#streams.set(type, stream);
    // The client sends nothing on output streams.
    if (type !== 'stdin' && type !== 'resize') stream.resume();
    if (this.#streams.size === this.#wanted.size) this.#finish(this.#streams);
  }

  /** The client has disconnected: stops waiting. */
  giveUp(): void {
    this.#finish(undefined);
  }
}
