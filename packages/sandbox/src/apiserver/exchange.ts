import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { UserInfo } from '../resources/rules.ts';
import type { RequestInfo } from './routing/request-info.ts';
import { StatusError } from '../machinery/status-error.ts';

/** Larger bodies are refused, as by the real API server. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

const FORBIDDEN = 403;

/** A connection whose client requests an upgrade from HTTP. */
export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  /** Bytes after the request's head. */
  head: Buffer;
  /** Takes the socket over from HTTP; no HTTP response can be sent any more. */
  takeOver(): void;
  /** Whether `takeOver` was called. */
  readonly takenOver: boolean;
}

/** One request and its response. */
export class Exchange {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** Aborted when the client has disconnected or the response is complete. */
  readonly signal: AbortSignal;
  readonly response: ServerResponse;
  readonly upgrade: Upgrade | undefined;
  readonly request: Readable;
  /** Called with the body when it is read. */
  onBody: ((body: Buffer) => void) | undefined;
  readonly #warnings: string[] = [];

  constructor(parts: {
    method: string;
    query: URLSearchParams;
    headers: IncomingHttpHeaders;
    info: RequestInfo;
    user: UserInfo;
    signal: AbortSignal;
    request: Readable;
    response: ServerResponse;
    upgrade: Upgrade | undefined;
  }) {
    this.method = parts.method;
    this.query = parts.query;
    this.headers = parts.headers;
    this.info = parts.info;
    this.user = parts.user;
    this.signal = parts.signal;
    this.response = parts.response;
    this.upgrade = parts.upgrade;
    this.request = parts.request;
  }

  /** Adds a `Warning` header to the response; a repeated text is sent once. */
  warn(text: string): void {
    if (!this.#warnings.includes(text)) this.#warnings.push(text);
  }

  async body(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) {
        throw new StatusError(
          413,
          'RequestEntityTooLarge',
          `Request entity too large: limit is ${MAX_BODY_BYTES}`,
        );
      }
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    this.onBody?.(body);
    return body;
  }

  json(status: number, value: unknown, headers: Record<string, string> = {}): void {
    this.send(status, `${JSON.stringify(value)}\n`, { 'content-type': 'application/json', ...headers });
  }

  text(status: number, text: string, headers: Record<string, string> = {}): void {
    this.send(status, text, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  }

  /** Responds with a failure. `encode` writes its Status in the negotiated representation; default JSON. */
  fail(
    error: StatusError,
    encode?: (status: object) => { contentType: string; body: string | Buffer },
  ): void {
    // Refusals quote the request: browsers must not interpret them as HTML.
    const sniffing = error.code === FORBIDDEN ? { 'x-content-type-options': 'nosniff' } : {};
    const headers = { ...sniffing, ...error.headers };
    const encoded = encode?.(error.toStatus());
    if (encoded === undefined) this.json(error.code, error.toStatus(), headers);
    else this.send(error.code, encoded.body, { 'content-type': encoded.contentType, ...headers });
  }

  send(status: number, body: string | Buffer, headers: Record<string, string>): void {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.#writeHead(status, { ...headers, 'content-length': String(bytes.length) });
    this.response.end(this.method === 'HEAD' ? undefined : bytes);
  }

  /** Starts a response of unknown length. */
  begin(status: number, headers: Record<string, string>): void {
    this.#writeHead(status, headers);
    this.response.flushHeaders?.();
  }

  #writeHead(status: number, headers: Record<string, string>): void {
    const warnings = this.#warnings.map((text) => `299 - "${quote(text)}"`);
    const all: Record<string, string | string[]> = { 'cache-control': 'no-cache, private', ...headers };
    if (warnings.length > 0) all['warning'] = warnings;
    this.response.writeHead(status, all);
  }
}

/** Escapes backslashes and quotes for a quoted string of RFC 7230. */
function quote(text: string): string {
  return text.replaceAll(/[\\"]/g, String.raw`\$&`);
}
