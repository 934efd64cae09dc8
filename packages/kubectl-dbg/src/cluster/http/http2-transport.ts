import { connect as http2Connect, constants } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { ClientTimeouts } from '../options.ts';
import { startTimer } from '../../base/timer.ts';
import { ConnectionFailure, TransportError } from './transport.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/**
 * The flow-control window of one stream, which is also the memory for a stream that nobody reads. At 150 ms round trip it
 * allows 1.7 MB/s (Node's 64 KiB: 0.4); a hundred paused logs use 25 MiB.
 */
const STREAM_WINDOW = 256 * 1024;

/** The window of the connection; a stream that nobody reads must not starve the others. */
const CONNECTION_WINDOW = 16 * 1024 * 1024;

/** Megabytes that Node allows for a session before it ends it; the windows of paused streams count. */
const SESSION_MEMORY = 64;

type PingTuning = Pick<ClientTimeouts, 'pingInterval' | 'pingTimeout'>;

/** Requests on one HTTP/2 connection. During a request the peer is pinged, and given up if it is silent. */
export class Http2Transport implements Transport {
  readonly protocol = 'h2';
  readonly #session: ClientHttp2Session;
  readonly #origin: URL;
  readonly #tuning: PingTuning;
  #failure: unknown;
  #gone = false;
  #active = 0;
  #pinging: NodeJS.Timeout | undefined;

  constructor(socket: Socket, origin: URL, tuning: PingTuning) {
    this.#origin = origin;
    this.#tuning = tuning;
    this.#session = http2Connect(origin.origin, {
      createConnection: () => socket,
      maxSessionMemory: SESSION_MEMORY,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.#session.once('connect', () => {
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(CONNECTION_WINDOW);
    });
    this.#session.on('goaway', () => {
      this.#gone = true;
    });
    this.#session.on('error', (error) => {
      this.#failure ??= error;
      this.#gone = true;
    });
    this.#session.on('close', () => {
      this.#gone = true;
      clearInterval(this.#pinging);
    });
    // An idle connection must not keep the program running.
    this.#session.unref();
  }

  get gone(): boolean {
    return this.#gone || this.#session.closed || this.#session.destroyed;
  }

  request(request: TransportRequest): Promise<TransportResponse> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortReason(signal));
      let stream: ClientHttp2Stream;
      try {
        stream = this.#session.request(
          {
            ':method': request.method,
            ':path': request.target,
            ':scheme': this.#origin.protocol.slice(0, -1),
            ':authority': this.#origin.host,
            ...request.headers,
          },
          { endStream: request.body === undefined },
        );
      } catch (error) {
        // The session ended between the check of `gone` and here: nothing was sent.
        this.#gone = true;
        return reject(new TransportError('unprocessed', error));
      }
      this.#began();
      const cancel = startTimer(request.timeout, () => {
        fail(new ConnectionFailure('ANSWER_TIMEOUT', `no answer within ${request.timeout} ms`));
      });
      const onAbort = () => fail(undefined);
      signal?.addEventListener('abort', onAbort, { once: true });

      const fail = (error: unknown) => {
        cancel();
        reject(signal?.aborted === true ? abortReason(signal) : this.#error(stream, error, 'answer'));
        afterReading(() => stream.close(constants.NGHTTP2_CANCEL));
      };
      stream.on('error', (error) => {
        this.#failure ??= error;
        fail(error);
      });
      stream.once('close', () => {
        signal?.removeEventListener('abort', onAbort);
        this.#ended();
        fail(undefined);
      });
      stream.once('response', (headers) => {
        cancel();
        resolve({
          status: Number(headers[':status']),
          headers: plainHeaders(headers),
          body: this.#body(stream, signal),
          discard: () => {
            stream.resume();
            afterReading(() => stream.close(constants.NGHTTP2_CANCEL));
          },
        });
      });
      if (request.body !== undefined) stream.end(request.body);
    });
  }

  retire(): void {
    this.#gone = true;
    afterReading(() => {
      if (!this.#session.destroyed) this.#session.close();
    });
  }

  close(): void {
    this.#gone = true;
    clearInterval(this.#pinging);
    afterReading(() => this.#session.destroy());
  }

  async *#body(stream: ClientHttp2Stream, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
    } catch (error) {
      if (signal?.aborted === true) throw abortReason(signal);
      throw this.#error(stream, error, 'body');
    } finally {
      afterReading(() => stream.destroy());
    }
    if (signal?.aborted === true) throw abortReason(signal);
    // A reset stream, or one whose connection broke, ends like a complete one; only its code shows the difference. (A
    // reset with code 0 cannot be distinguished from the end; no Kubernetes server sends it within a body.)
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw this.#error(stream, undefined, 'body');
  }

  #error(stream: ClientHttp2Stream, error: unknown, phase: 'answer' | 'body'): TransportError {
    const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    const cause =
      this.#sessionFailure() ??
      error ??
      new ConnectionFailure('CLOSED_EARLY', 'the connection closed before the answer was complete');
    return new TransportError(refused && phase === 'answer' ? 'unprocessed' : phase, cause);
  }

  #sessionFailure(): unknown {
    return this.#failure instanceof ConnectionFailure ? this.#failure : undefined;
  }

  #began(): void {
    this.#active += 1;
    // Once is enough; a socket without a handle, after the connection was cut, would keep a listener for each call.
    if (this.#active === 1) this.#session.ref();
    this.#pinging ??= setInterval(() => this.#ping(), this.#tuning.pingInterval);
  }

  #ended(): void {
    this.#active -= 1;
    if (this.#active > 0) return;
    clearInterval(this.#pinging);
    this.#pinging = undefined;
    if (!this.#session.destroyed) this.#session.unref();
  }

  #ping(): void {
    if (this.#session.destroyed) return;
    const silent = setTimeout(() => {
      const { pingTimeout } = this.#tuning;
      this.#failure = new ConnectionFailure('PEER_SILENT', `no answer to a ping within ${pingTimeout} ms`);
      this.#session.destroy(this.#failure as Error);
    }, this.#tuning.pingTimeout);
    // Not sent if too many pings are pending already; those have their own timers.
    const sent = this.#session.ping(() => clearTimeout(silent));
    if (!sent) clearTimeout(silent);
  }
}

/**
 * Closes a stream or session in a separate turn of the event loop. Events of HTTP/2, and code that awaits them, run while
 * the library below reads, and closing is not safe there: it occasionally corrupts Node's memory, and the process aborts
 * (nodejs/node#39076).
 */
function afterReading(close: () => void): void {
  setImmediate(close);
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason;
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
