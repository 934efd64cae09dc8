import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { startTimer } from '../../base/timer.ts';
import { ConnectionFailure, TransportError } from './transport.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/** Node's limit for a head, 16 KiB, is less than a long list of Warning headers. */
const MAX_HEAD_BYTES = 256 * 1024;

/** Requests over HTTP/1.1: keep-alive connections, one request at a time on each. */
export class Http1Transport implements Transport {
  readonly protocol = 'http/1.1';
  readonly gone = false;
  readonly #agent: ConnectionAgent;
  readonly #origin: URL;

  /**
   * @param first the open connection
   * @param more opens another one, with the same TLS settings
   */
  constructor(first: Socket, more: () => Promise<Socket>, origin: URL) {
    this.#agent = new ConnectionAgent(first, more);
    this.#origin = origin;
  }

  request(request: TransportRequest): Promise<TransportResponse> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortReason(signal));
      const outgoing = httpRequest({
        // The agent's sockets already have TLS: for node:http they are plain sockets.
        protocol: 'http:',
        agent: this.#agent,
        hostname: this.#origin.hostname,
        path: request.target,
        method: request.method,
        maxHeaderSize: MAX_HEAD_BYTES,
        headers: headersOf(request, this.#origin),
      });
      const cancel = startTimer(request.timeout, () => {
        outgoing.destroy(new ConnectionFailure('ANSWER_TIMEOUT', `no answer within ${request.timeout} ms`));
      });
      const onAbort = () => outgoing.destroy();
      signal?.addEventListener('abort', onAbort, { once: true });
      outgoing.once('close', () => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
      });
      outgoing.on('error', (error) => {
        reject(signal?.aborted === true ? abortReason(signal) : errorOf(error));
      });
      outgoing.once('response', (incoming) => {
        cancel();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: plainHeaders(incoming),
          body: readBody(incoming, outgoing, signal),
          discard: () => outgoing.destroy(),
        });
      });
      outgoing.end(request.body);
    });
  }

  retire(): void {
    this.#agent.retire();
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Returns the existing connection, then opens more as needed. */
class ConnectionAgent extends Agent {
  #first: Socket | undefined;
  #isRetired = false;
  readonly #more: () => Promise<Socket>;

  constructor(first: Socket, more: () => Promise<Socket>) {
    super({ keepAlive: true });
    this.#first = first;
    this.#more = more;
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, socket: Socket) => void,
  ): Socket | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined && !first.destroyed) return first;
    if (done !== undefined) void this.#handOut(done);
    return undefined;
  }

  async #handOut(done: (error: Error | null, socket: Socket) => void): Promise<void> {
    let socket: Socket;
    try {
      socket = await this.#more();
    } catch (error) {
      // Node reads the socket only if there is no error.
      done(new TransportError('connect', error), undefined as unknown as Socket);
      return;
    }
    done(null, socket);
  }

  /** Closes idle connections now, the others after their exchange. */
  retire(): void {
    this.#isRetired = true;
    this.#first?.destroy();
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Whether a connection is kept after its exchange. */
  override keepSocketAlive(socket: Socket): boolean {
    if (this.#isRetired) return false;
    // @ts-expect-error -- documented as a method to override, and missing in the types
    return super.keepSocketAlive(socket) as boolean;
  }

  override destroy(): void {
    this.#first?.destroy();
    super.destroy();
  }
}

function headersOf(request: TransportRequest, origin: URL): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { host: origin.host };
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
  return headers;
}

function errorOf(error: Error): TransportError {
  return error instanceof TransportError ? error : new TransportError('answer', error);
}

async function* readBody(
  incoming: IncomingMessage,
  outgoing: ClientRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array;
  } catch (error) {
    if (signal?.aborted === true) throw abortReason(signal);
    throw new TransportError('body', error);
  } finally {
    if (!incoming.complete) outgoing.destroy();
  }
  if (signal?.aborted === true) throw abortReason(signal);
  if (!incoming.complete) {
    const cause = new ConnectionFailure(
      'CLOSED_EARLY',
      'the connection closed before the answer was complete',
    );
    throw new TransportError('body', cause);
  }
}

function abortReason(signal: AbortSignal): unknown {
  return signal.reason;
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
