/** One request on a connection. */
export interface TransportRequest {
  method: string;
  /** Path and query. */
  target: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | readonly string[]>>;
  body: string | undefined;
  signal: AbortSignal | undefined;
  /** Until the head of the response, in milliseconds. */
  timeout: number;
}

/** The head of a response, and its body to be read or dropped. */
export interface TransportResponse {
  status: number;
  /** Names in lower case; several headers of the same name are joined with `, ` as RFC 9110 allows. */
  headers: Readonly<Record<string, string>>;
  /** Ends only if the body is complete; throws TransportError otherwise. If it is not read, the sender stops. */
  body: AsyncIterable<Uint8Array>;
  /** Ends the exchange without reading the rest. */
  discard(): void;
}

/** A path to the server; connections are opened when needed and reused. */
export interface Transport {
  readonly protocol: string;
  request(request: TransportRequest): Promise<TransportResponse>;
  /** No further request can be sent: the next one needs another transport. */
  readonly gone: boolean;
  /** Closes after pending requests have finished; no new ones may begin. */
  retire(): void;
  close(): void;
}

/** The phase in which an exchange broke. */
export type TransportPhase =
  /** Before a connection was open. */
  | 'connect'
  /** The request may have reached the server. */
  | 'answer'
  /** The server reported that it has not processed the request. */
  | 'unprocessed'
  /** Within the body of the response. */
  | 'body';

/** The failure of a connection, and the phase of the exchange. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly phase: TransportPhase;

  constructor(phase: TransportPhase, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.phase = phase;
  }
}

/** Our own reasons for closing a connection, in addition to those of the system. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  readonly code: ConnectionFailureCode;
  /** The HTTP status of a proxy's response. */
  readonly status: number | undefined;

  constructor(code: ConnectionFailureCode, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A failure on the way to the proxy, or in its protocol, not behind it. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly reason: unknown;
  /** The proxy's response to CONNECT, if there was one. */
  readonly status: number | undefined;

  constructor(reason: unknown) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
    this.reason = reason;
    this.status = reason instanceof ConnectionFailure ? reason.status : undefined;
  }
}

export type ConnectionFailureCode =
  | 'CONNECT_TIMEOUT'
  | 'ANSWER_TIMEOUT'
  | 'BODY_TIMEOUT'
  | 'PEER_SILENT'
  | 'PROXY_REFUSED'
  | 'PROXY_PROTOCOL'
  | 'NO_UPGRADE'
  | 'CLOSED_EARLY';
