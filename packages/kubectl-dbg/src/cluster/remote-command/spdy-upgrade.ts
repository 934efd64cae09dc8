import { validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { MAX_HEAD_BYTES, readHead, readUntil } from '../http/read-until.ts';
import { ConnectionFailure, TransportError } from '../http/transport.ts';
import type { TransportResponse } from '../http/transport.ts';

/** The protocol of attach and exec over SPDY that every server speaks (Kubernetes 1.4 and later). */
export const SPDY_PROTOCOL = 'v4.channel.k8s.io';
const PROTOCOL_HEADER = 'X-Stream-Protocol-Version';

export interface SpdyUpgradeRequest {
  /** Path and query. */
  target: string;
  host: string;
  headers: Readonly<Record<string, string | readonly string[]>>;
  /** Connected, and secured if the server is. */
  connection: Socket;
  timeout: number;
  signal: AbortSignal | undefined;
}

/** Either SPDY follows on the connection, or the server refused: an ordinary answer. */
export type SpdyUpgradeResult = { kind: 'open' } | { kind: 'answer'; response: TransportResponse };

/**
 * Asks for SPDY/3.1 on a connection that is open, as kubectl does where a WebSocket is refused. What the server sends
 * after a 101 waits in the connection. Throws TransportError, or the signal's reason.
 */
export async function upgradeToSpdy(request: SpdyUpgradeRequest): Promise<SpdyUpgradeResult> {
  const { connection, signal, timeout } = request;
  const late = AbortSignal.timeout(timeout);
  const stop = signal === undefined ? late : AbortSignal.any([signal, late]);
  const onStop = () => connection.destroy(stop.reason as Error);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    signal?.throwIfAborted();
    connection.write(head(request), 'latin1');
    return await answer(connection);
  } catch (error) {
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

async function answer(connection: Socket): Promise<SpdyUpgradeResult> {
  const { status, text } = await readHead(connection, 'server');
  if (status === undefined) throw new ConnectionFailure('NO_UPGRADE', 'the server does not speak HTTP');
  if (status !== 101) return { kind: 'answer', response: await refusalOf(connection, status, text) };
  const protocol = headerOf(text, PROTOCOL_HEADER);
  if (headerOf(text, 'upgrade').toUpperCase() !== 'SPDY/3.1' || protocol !== SPDY_PROTOCOL) {
    throw new ConnectionFailure('NO_UPGRADE', 'the server switched to a protocol that was not asked for');
  }
  return { kind: 'open' };
}

/** A Status or a line of text, with its length; of anything else the status is enough. */
async function refusalOf(connection: Socket, status: number, head: string): Promise<TransportResponse> {
  const length = Math.min(Number(headerOf(head, 'content-length')) || 0, MAX_HEAD_BYTES);
  const complete = (bytes: Buffer) => (bytes.length < length ? undefined : length);
  const body = length === 0 ? Buffer.alloc(0) : await readUntil(connection, complete, 'server');
  connection.destroy();
  const headers = { 'content-type': headerOf(head, 'content-type') };
  return { status, headers, body: Readable.from([body]), discard: () => undefined };
}

function headerOf(head: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'im').exec(head)?.[1] ?? '';
}
