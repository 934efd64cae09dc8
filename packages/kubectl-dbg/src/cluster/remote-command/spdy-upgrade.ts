import { validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_HEAD_BYTES, readHead } from '../http/read-until.ts';
import { ConnectionFailure, TransportError } from '../http/transport.ts';
import type { TransportResponse } from '../http/transport.ts';
import { refusalBody } from './refusal-body.ts';

/** The protocol of attach and exec over SPDY that every server speaks (Kubernetes 1.4 and later). */
export const SPDY_PROTOCOL = 'v4.channel.k8s.io';
const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';

export interface SpdyUpgradeRequest {
  /** Path and query. */
  target: string;
  host: string;
  headers: Readonly<Record<string, string | readonly string[]>>;
  /** Connected, with TLS if the server uses it. */
  connection: Socket;
  timeout: number;
  signal: AbortSignal | undefined;
}

/** Either SPDY follows on the connection, or the server refused with an ordinary response. */
export type SpdyUpgradeResult = { kind: 'open' } | { kind: 'answer'; response: TransportResponse };

/**
 * Requests SPDY/3.1 on an open connection, as kubectl does if a WebSocket is refused. Data that the server sends after a
 * 101 stays in the connection. Throws TransportError, or the signal's reason.
 */
export async function upgradeToSpdy(request: SpdyUpgradeRequest): Promise<SpdyUpgradeResult> {
  const { connection, signal, timeout } = request;
  // In addition to the listeners of each state: an error between two of them must not be thrown.
  connection.on('error', () => undefined);
  const late = AbortSignal.timeout(timeout);
  const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
  const onStop = () => connection.destroy(stop.reason as Error);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    signal?.throwIfAborted();
    connection.write(head(request), 'latin1');
    return await answer(connection, signal);
  } catch (error) {
    connection.destroy();
    if (signal?.aborted === true) throw signal.reason;
    const cause = late.aborted
      ? new ConnectionFailure('ANSWER_TIMEOUT', `no answer within ${timeout} ms`)
      : error;
    throw new TransportError('answer', cause);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function head({ target, host, headers }: SpdyUpgradeRequest): string {
  const lines = [
    `POST ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `${PROTOCOL_HEADER}: ${SPDY_PROTOCOL}`,
    'Content-Length: 0',
  ];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of typeof values === 'string' ? [values] : values) {
      validateHeaderValue(name, value);
      lines.push(`${name}: ${value}`);
    }
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function answer(connection: Socket, signal: AbortSignal | undefined): Promise<SpdyUpgradeResult> {
  const { status, text } = await readHead(connection, 'server');
  if (status === undefined) throw new ConnectionFailure('NO_UPGRADE', 'it does not speak HTTP');
  if (status !== 101) return { kind: 'answer', response: refusalOf(connection, status, text, signal) };
  const protocol = headerOf(text, PROTOCOL_HEADER);
  if (headerOf(text, 'upgrade').toUpperCase() !== 'SPDY/3.1' || protocol !== SPDY_PROTOCOL) {
    throw new ConnectionFailure('NO_UPGRADE', 'it switched to a protocol that was not asked for');
  }
  return { kind: 'open' };
}

/** A Status or a line of text, with its length; without one, until the server closes the connection. */
function refusalOf(
  connection: Socket,
  status: number,
  head: string,
  signal: AbortSignal | undefined,
): TransportResponse {
  const given = headerOf(head, 'content-length');
  const length = /^\d+$/.test(given) ? Math.min(Number(given), MAX_HEAD_BYTES) : MAX_HEAD_BYTES;
  const discard = () => void connection.destroy();
  const headers = {
    'content-type': headerOf(head, 'content-type'),
    'retry-after': headerOf(head, 'retry-after'),
  };
  // A chunked body is not worth a parser: the status is enough.
  const known = !/chunked/i.test(headerOf(head, 'transfer-encoding'));
  return { status, headers, body: upTo(connection, known ? length : 0, discard, signal), discard };
}

async function* upTo(
  connection: Socket,
  length: number,
  discard: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let left = length;
  if (left > 0) {
    for await (const chunk of refusalBody(connection, discard, signal)) {
      yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) break;
    }
  }
  discard();
}

function headerOf(head: string, name: string): string {
  // Trimmed afterwards: a regular expression that searches for the last blank takes quadratic time for a header full of
  // blanks.
  return new RegExp(`^${name}:(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
}
