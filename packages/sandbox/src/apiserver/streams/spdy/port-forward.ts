import type { Duplex } from 'node:stream';
import type { SpdyStream } from './spdy-stream.ts';

/** Timeout for the second stream of a pair, as in a real kubelet. */
const PAIR_TIMEOUT_MS = 30_000;
const MAX_PORT = 65_535;

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
  timer: NodeJS.Timeout;
}

/**
 * The forwarded connections of one client. Each is a pair of streams, `error` and `data`, with the same request id, and a
 * connection to a port of the pod.
 */
export class PortForwarder {
  readonly #connect: (port: number) => Promise<Duplex>;
  readonly #pairs = new Map<string, Pair>();

  /** `connect` opens a connection to a port of the pod; its error is sent on the error stream. */
  constructor(connect: (port: number) => Promise<Duplex>) {
    this.#connect = connect;
  }

  /** Adds a stream of the client, and forwards when its pair is complete. */
  add(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype');
    const port = portOf(stream);
    const request = requestOf(stream);
    if (port === undefined || request === undefined || (type !== 'error' && type !== 'data')) {
      stream.destroy();
      return;
    }
    const pair = this.#pairs.get(request) ?? this.#begin(request);
    if (pair[type] !== undefined) {
      stream.destroy();
      return;
    }
    pair[type] = stream;
    stream.accept();
    if (pair.error === undefined || pair.data === undefined) return;
    clearTimeout(pair.timer);
    this.#pairs.delete(request);
    void this.#forward(pair.data, pair.error, port);
  }

  /** Drops incomplete pairs. */
  close(): void {
    for (const { timer } of this.#pairs.values()) clearTimeout(timer);
    this.#pairs.clear();
  }

  #begin(request: string): Pair {
    const timer = setTimeout(() => {
      const pair = this.#pairs.get(request);
      this.#pairs.delete(request);
      pair?.error?.destroy();
      pair?.data?.destroy();
    }, PAIR_TIMEOUT_MS);
    const pair: Pair = { timer };
    this.#pairs.set(request, pair);
    return pair;
  }

  async #forward(data: SpdyStream, error: SpdyStream, port: number): Promise<void> {
    error.resume();
    let connection: Duplex;
    try {
      connection = await this.#connect(port);
    } catch (cause) {
      error.end(cause instanceof Error ? cause.message : String(cause));
      data.end();
      data.resume();
      return;
    }
    connection.on('error', () => data.destroy());
    connection.once('close', () => {
      error.end();
      data.end();
    });
    data.once('close', () => connection.destroy());
    data.pipe(connection);
    connection.pipe(data);
  }
}

function portOf(stream: SpdyStream): number | undefined {
  const port = Number(stream.headers.get('port') ?? '');
  return Number.isInteger(port) && port >= 1 && port <= MAX_PORT ? port : undefined;
}

/** Old clients send no request id: the data stream has the stream id after that of the error stream. */
function requestOf(stream: SpdyStream): string | undefined {
  const named = stream.headers.get('requestid');
  if (named !== undefined) return named;
  if (stream.headers.get('streamtype') === 'error') return String(stream.id);
  return stream.id > 2 ? String(stream.id - 2) : undefined;
}
