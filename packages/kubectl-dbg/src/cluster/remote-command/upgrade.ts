import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { OFFERED } from 'kubectl-dbg-wire';
import { ConnectionFailure, TransportError } from '../http/transport.ts';
import type { TransportResponse } from '../http/transport.ts';
import { refusalBody } from './refusal-body.ts';

/**
 * The longest accepted message. The kubelet sends output in pieces of at most 32 KiB; others may use larger ones, but a
 * megabyte in one piece is not output.
 */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** The response to an upgrade request. */
export type UpgradeResult =
  | { kind: 'open'; socket: WebSocket }
  /** Refused, or redirected: an ordinary response. */
  | { kind: 'answer'; response: TransportResponse };

export interface UpgradeRequest {
  /** ws or wss, with path and query. */
  url: string;
  headers: Readonly<Record<string, string | readonly string[]>>;
  /** Connected, with TLS if the server uses it. */
  connection: Socket;
  timeout: number;
  signal: AbortSignal | undefined;
}

/** How a switch of protocols (101) violates RFC 6455, by the messages of ws, which have no codes. */
const WRONG_SWITCHES: readonly [said: RegExp, words: string][] = [
  [/^Invalid Upgrade header/, 'it switched to something other than a WebSocket'],
  [/^Invalid Sec-WebSocket-Accept header/, 'its Sec-WebSocket-Accept header does not fit the request'],
  [/^Server sent no subprotocol/, 'it chose none of the subprotocols that were offered'],
  [/^Server sent an? .*subprotocol/, 'it chose a subprotocol that was not offered'],
  [/Sec-WebSocket-Extensions header/, 'it chose an extension that was not offered'],
];

/** An error of ws: either its own about the switch, or that of the connection. */
function failureOf(error: Error): Error {
  const words = WRONG_SWITCHES.find(([said]) => said.test(error.message))?.[1];
  return words === undefined ? error : new ConnectionFailure('NO_UPGRADE', words);
}

/** Requests a WebSocket on an open connection. Throws TransportError, or the signal's reason. */
export async function upgrade(request: UpgradeRequest): Promise<UpgradeResult> {
  const { WebSocket } = await import('ws');
  const { signal, connection } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      connection.destroy();
      return reject(signal.reason as Error);
    }
    const socket = new WebSocket(request.url, [...OFFERED], {
      createConnection: () => connection,
      headers: headersOf(request.headers),
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
      // Bytes of a container's output are binary frames; they need not be UTF-8.
      skipUTF8Validation: true,
    });
    // In addition to the listeners of each state: an error between two of them must not be thrown.
    socket.on('error', () => undefined);
    const onAbort = () => {
      socket.terminate();
      connection.destroy();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // The option of ws for this requires a socket that node:http has opened itself.
    const timer = setTimeout(() => {
      onError(new ConnectionFailure('ANSWER_TIMEOUT', `no answer within ${request.timeout} ms`));
      socket.terminate();
    }, request.timeout);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      socket.removeListener('open', onOpen);
    };
    const onError = (error: Error) => {
      settle();
      connection.destroy();
      reject(
        signal?.aborted === true ? (signal.reason as Error) : new TransportError('answer', failureOf(error)),
      );
    };
    const onOpen = () => {
      settle();
      // Until somebody iterates: messages in the same packet as the response wait in the socket.
      socket.pause();
      resolve({ kind: 'open', socket });
    };
    socket.on('error', onError);
    socket.once('open', onOpen);
    socket.once('unexpected-response', (outgoing, incoming) => {
      settle();
      // A server keeps the connection of a refused upgrade open for later requests, but we send none.
      const discard = () => {
        outgoing.destroy();
        connection.destroy();
      };
      resolve({ kind: 'answer', response: answerOf(incoming, discard, signal) });
    });
  });
}

function headersOf(headers: UpgradeRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function answerOf(
  incoming: IncomingMessage,
  discard: () => void,
  signal: AbortSignal | undefined,
): TransportResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: incoming.statusCode ?? 0, headers, body: refusalBody(incoming, discard, signal), discard };
}
