import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from '../auth/certificates/authority.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { ApiContext } from './api-context.ts';
import { ANONYMOUS, authenticate, type TokenLookup } from './routing/authenticate.ts';
import { methodNotAllowed } from '../machinery/errors.ts';
import { Exchange, type Upgrade } from './exchange.ts';
import { answerFailure, handle } from './handler.ts';
import { readRequestInfo, type RequestInfo } from './routing/request-info.ts';

/** The sandbox listens only on the loopback interface. */
const HOST = '127.0.0.1';

/** Memory limit of an HTTP/2 session. With Node's default of 10 MiB, a few concurrent lists of pods are refused. */
const MAX_SESSION_MIB = 1024;

/** The flow schema and priority level of a request; the sandbox has only one. */
const FLOW_HEADERS = [
  ['x-kubernetes-pf-flowschema-uid', randomUUID()],
  ['x-kubernetes-pf-prioritylevel-uid', randomUUID()],
] as const;

export interface ServerOptions {
  /** 0 selects a free port. */
  port: number;
  /** Whether the server and its connections do not keep the process alive. */
  unref?: boolean;
  certificate: KeyPair;
  /** The CA certificate for client certificates, PEM. */
  clientAuthority: string;
  tokens: TokenLookup;
  /** Returns the impersonated user, if any, otherwise the authenticated one; throws 403. */
  impersonate: (user: UserInfo, headers: IncomingMessage['headers'], request: RequestInfo) => UserInfo;
}

export interface ApiServer {
  url: string;
  /** `host:port`. */
  address: string;
  stop(): Promise<void>;
}

/** Starts the API server over TLS, HTTP/2 and HTTP/1.1 by ALPN. */
export async function startServer(api: ApiContext, options: ServerOptions): Promise<ApiServer> {
  const sockets = new Set<Duplex>();
  const server = createSecureServer({
    allowHTTP1: true,
    cert: options.certificate.certificate,
    key: options.certificate.key,
    ca: options.clientAuthority,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxSessionMemory: MAX_SESSION_MIB,
    // Clients may have many concurrent streams; Go's server allows 250.
    settings: { maxConcurrentStreams: 1000 },
  });
  server.on('secureConnection', (socket) => {
    // A socket that is returned after a refused upgrade is already registered.
    if (sockets.has(socket)) return;
    sockets.add(socket);
    if (options.unref === true) socket.unref();
    socket.once('close', () => sockets.delete(socket));
    // A connection reset by the client is not an error of the server.
    socket.on('error', () => socket.destroy());
  });
  server.on('sessionError', () => undefined);
  server.on('request', (request, response) => void serve(api, options, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const serveWithoutUpgrade = (): void => void server.emit('secureConnection', socket);
    void serveUpgrade(api, options, { request, socket, head, serveWithoutUpgrade });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerClientError(error, socket),
  );
  const { hooks } = api;
  server.on('connection', (socket: Socket) => hooks.onConnection?.(socket));
  server.listen(hooks.front === undefined ? options.port : 0, HOST);
  await once(server, 'listening');
  if (options.unref === true) server.unref();
  const own = { host: HOST, port: (server.address() as AddressInfo).port };
  const front = await hooks.front?.({ host: HOST, port: options.port }, own);
  const address = `${HOST}:${front?.port ?? own.port}`;
  return {
    url: `https://${address}`,
    address,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      front?.stop();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function serve(
  api: ApiContext,
  options: ServerOptions,
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Promise<void> {
  // Both response types have what the handlers use, but no common base type.
  await serveExchange(api, options, request as IncomingMessage, response as ServerResponse, undefined);
}

async function serveUpgrade(
  api: ApiContext,
  options: ServerOptions,
  {
    request,
    socket,
    head,
    serveWithoutUpgrade,
  }: { request: IncomingMessage; socket: Duplex; head: Buffer; serveWithoutUpgrade: () => void },
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as TLSSocket);
  const upgrade = {
    request,
    socket,
    head,
    takenOver: false,
    takeOver(): void {
      upgrade.takenOver = true;
      response.detachSocket(socket as TLSSocket);
    },
  };
  response.once('finish', () => {
    if (!response.shouldKeepAlive) {
      socket.end();
      return;
    }
    // The upgrade was refused; the connection may be reused.
    response.detachSocket(socket as TLSSocket);
    if (head.length > 0) socket.unshift(head);
    serveWithoutUpgrade();
  });
  await serveExchange(api, options, request, response, upgrade);
}

async function serveExchange(
  api: ApiContext,
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: Upgrade | undefined,
): Promise<void> {
  const gone = new AbortController();
  (upgrade?.socket ?? response).once('close', () => gone.abort());
  response.setHeader('audit-id', randomUUID());
  for (const [name, value] of FLOW_HEADERS) response.setHeader(name, value);
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'https://localhost');
  const base = {
    method,
    query: url.searchParams,
    headers: request.headers,
    info: readRequestInfo(method, url.pathname, url.searchParams),
    signal: gone.signal,
    request,
    response,
    upgrade,
  };
  let user: UserInfo;
  try {
    const socket = (upgrade?.socket ?? request.socket) as TLSSocket;
    const sender = authenticate(request.headers, socket, options.tokens);
    user = options.impersonate(sender, request.headers, base.info);
  } catch (error) {
    answerFailure(new Exchange({ ...base, user: ANONYMOUS }), error);
    return;
  }
  const exchange = new Exchange({ ...base, user });
  api.requests.add(exchange, request.url ?? '/');
  await handle(exchange, api);
}

/** Node's parser refuses unknown methods before any handler; a real server responds with 405. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code !== 'HPE_INVALID_METHOD' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = `${JSON.stringify(methodNotAllowed().toStatus())}\n`;
  const head = [
    'HTTP/1.1 405 Method Not Allowed',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
