import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createAuthority } from '../../../sandbox/src/auth/certificates/authority.ts';
import type { Authority, KeyPair } from '../../../sandbox/src/auth/certificates/authority.ts';
import type { CleanUp } from './temporary-directory.ts';

/** Node has the same interface for both protocols. */
export type AnyRequest = IncomingMessage;
export type AnyResponse = ServerResponse & { stream?: ServerHttp2Stream };

/** How a test server behaves. */
export interface ApiServerOptions {
  /** `h2` (default) also speaks HTTP/1.1, `http/1.1` only that; `plain` is HTTP/1.1 without TLS. */
  protocol?: 'h2' | 'http/1.1' | 'plain';
  answer?: (request: AnyRequest, response: AnyResponse) => void;
  /** Default: accepts every upgrade, with the first offered subprotocol. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Called with each WebSocket that the default `upgrade` has accepted. */
  connected?: (socket: WebSocket, request: IncomingMessage) => void;
  /** Its certificate instead of one for 127.0.0.1 and localhost. */
  certificate?: KeyPair;
}

/** A real server on the loopback interface, and what a client needs to connect to it. */
export interface ApiServer {
  url: string;
  port: number;
  authority: Authority;
  /** Client certificate of a user `admin`. */
  client: KeyPair;
  /** Every request and upgrade received, in order. */
  requests: { method: string; url: string; headers: Record<string, unknown>; httpVersion: string }[];
  /** Open connections. */
  sockets: Set<Socket>;
  /** Total number of connections. */
  connections: number;
  close(): Promise<void>;
}

// Generating keys is slow, and no test depends on who signed.
let shared: { authority: Authority; server: KeyPair; client: KeyPair } | undefined;

/** The authority, server and client certificates that the test servers of this process share. */
export function testCertificates(): { authority: Authority; server: KeyPair; client: KeyPair } {
  if (shared === undefined) {
    const authority = createAuthority();
    const server = authority.issueServer(['localhost'], ['127.0.0.1']);
    shared = { authority, server, client: authority.issueClient({ name: 'admin' }) };
  }
  return shared;
}

/** Starts a server that is stopped at the end of the test. */
export async function startApiServer(test: CleanUp, options: ApiServerOptions = {}): Promise<ApiServer> {
  const { authority, server: pair, client } = testCertificates();
  const { protocol = 'h2' } = options;
  const requests: ApiServer['requests'] = [];
  const sockets = new Set<Socket>();
  const note = (request: AnyRequest) => {
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      httpVersion: request.httpVersion,
    });
  };
  const listener = (request: AnyRequest, response: AnyResponse) => {
    note(request);
    response.on('error', () => undefined);
    options.answer?.(request, response);
  };
  const server = listen(protocol, options.certificate ?? pair, authority, listener);
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(request);
    socket.on('error', () => undefined);
    if (options.upgrade !== undefined) options.upgrade(request, socket, head);
    else {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => undefined);
        options.connected?.(webSocket, request);
      });
    }
  });
  /** Every connection, including those whose handshake is still in progress. */
  const accepted = new Set<Socket>();
  const result: ApiServer = {
    url: '',
    port: 0,
    authority,
    client,
    requests,
    sockets,
    connections: 0,
    close: async () => {
      for (const socket of accepted) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  server.on('connection', (socket: Socket) => {
    accepted.add(socket);
    socket.on('close', () => accepted.delete(socket));
  });
  server.on(protocol === 'plain' ? 'connection' : 'secureConnection', (socket: Socket) => {
    result.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  result.port = (server.address() as AddressInfo).port;
  result.url = `${protocol === 'plain' ? 'http' : 'https'}://127.0.0.1:${result.port}`;
  test.after(() => result.close());
  return result;
}

/** A kubeconfig (JSON) for a test server, with one context. */
export function kubeconfigFor(
  server: ApiServer,
  user: Record<string, unknown> = {
    'client-certificate-data': base64(server.client.certificate),
    'client-key-data': base64(server.client.key),
  },
  cluster: Record<string, unknown> = {},
): string {
  const authority = server.url.startsWith('https')
    ? { 'certificate-authority-data': base64(server.authority.certificate) }
    : {};
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'shop' } }],
    clusters: [{ name: 'test', cluster: { server: server.url, ...authority, ...cluster } }],
    users: [{ name: 'test', user }],
  });
}

/** Base64 of a text, as in the `-data` fields. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function listen(
  protocol: 'h2' | 'http/1.1' | 'plain',
  pair: KeyPair,
  authority: Authority,
  listener: (request: AnyRequest, response: AnyResponse) => void,
): Server | Http2SecureServer {
  if (protocol === 'plain') return createServer(listener);
  const tls = { cert: pair.certificate, key: pair.key, ca: authority.certificate, requestCert: true };
  // Authentication is up to the test, not to TLS.
  const lenient = { ...tls, rejectUnauthorized: false };
  if (protocol === 'http/1.1') return createHttpsServer(lenient, listener);
  return createSecureServer({ ...lenient, allowHTTP1: true }, (request, response) => {
    listener(request as unknown as AnyRequest, response as unknown as AnyResponse);
  });
}
