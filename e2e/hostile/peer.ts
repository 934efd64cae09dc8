import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { AnyRequest, AnyResponse } from '../../packages/kubectl-dbg/src/testing/api-server.ts';

export type Answer = (request: AnyRequest, response: AnyResponse) => void;

const POD = '/api/v1/namespaces/shop/pods/web';

/** The behaviour in which a malicious server differs from a good one. */
export interface Peer {
  get?: Answer;
  patch?: Answer;
  watch?: Answer;
  log?: Answer;
  /** The response to an upgrade: of a GET (WebSocket) or a POST (SPDY). */
  upgrade?: (request: AnyRequest, socket: Duplex) => void;
}

/** Responds like a good server for one session with the pod web, except where `peer` responds. */
export function answerAs(peer: Peer, attacked: () => void): Answer {
  let added: { name: string }[] = [];
  const pod = () => ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    spec: { nodeName: 'node', containers: [{ name: 'app', image: 'app' }], ephemeralContainers: added },
    status: {
      phase: 'Running',
      ephemeralContainerStatuses: added.map(({ name }) => ({ name, state: { running: {} } })),
    },
  });
  const own = (answer: Answer | undefined): Answer | undefined =>
    answer === undefined
      ? undefined
      : (request, response) => {
          attacked();
          answer(request, response);
        };
  const handlers = { get: own(peer.get), patch: own(peer.patch), watch: own(peer.watch), log: own(peer.log) };
  return (request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (request.method === 'PATCH') {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        added = (JSON.parse(body) as { spec: { ephemeralContainers: { name: string }[] } }).spec
          .ephemeralContainers;
        (handlers.patch ?? json(pod()))(request, response);
      });
    } else if (url.searchParams.get('watch') === 'true') {
      if (handlers.watch !== undefined) return handlers.watch(request, response);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`${JSON.stringify({ type: 'MODIFIED', object: pod() })}\n`);
    } else if (url.pathname === `${POD}/log`) {
      if (handlers.log !== undefined) return handlers.log(request, response);
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.flushHeaders();
    } else if (url.pathname === POD) (handlers.get ?? json(pod()))(request, response);
    else json({ kind: 'List', metadata: {}, items: [] })(request, response);
  };
}

export function json(value: unknown): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
}

/** A head and an endless body, sent as fast as possible. */
export function endless(piece: Buffer, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    flood(response, piece);
  };
}

/** Endless raw bytes on the connection, after `first`. */
export function raw(first: string, piece: Buffer): Answer {
  return (request) => {
    request.socket.write(first);
    flood(request.socket, piece);
  };
}

interface Writable {
  readonly destroyed: boolean;
  write(data: Buffer): boolean;
  on(event: 'drain' | 'error' | 'close', listener: () => void): unknown;
}

/** Writes as fast as possible until the peer disconnects. */
export function flood(to: Writable, piece: Buffer): void {
  to.on('error', () => undefined);
  const more = () => {
    // In batches, to not block the test.
    for (let count = 0; count < 64 && !to.destroyed; count += 1) if (!to.write(piece)) return;
    if (!to.destroyed) setImmediate(more);
  };
  to.on('drain', more);
  more();
}

/** One byte at a time, every 20 ms. */
export function trickle(to: Writable, byte: Buffer): void {
  to.on('error', () => undefined);
  const timer = setInterval(() => to.write(byte), 20);
  to.on('close', () => clearInterval(timer));
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Accepts a WebSocket; the caller does the rest. */
export function acceptWebSocket(request: AnyRequest, socket: Duplex): void {
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  const protocol = String(request.headers['sec-websocket-protocol']).split(',')[0]?.trim() ?? '';
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
}

/** Refuses a WebSocket, like a server for a user with only `create`, and accepts SPDY. */
export function acceptSpdy(request: AnyRequest, socket: Duplex): boolean {
  if (request.method === 'GET') {
    const body = JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' });
    socket.write(
      `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    return false;
  }
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
  );
  return true;
}
