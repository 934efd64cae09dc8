/** One request on a connection. */
export interface TransportRequest {
  method: string;
  /** Path and query. */
  target: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | readonly string[]>>;
  body: string | undefined;
  signal: AbortSignal | undefined;
  /** Until the head of the answer, in milliseconds. */
  timeout: number;
}

/** The head of an answer, and its body to be read or dropped. */
export interface TransportResponse {
  status: number;
  /** Names in lower case; several headers of a name are joined with `, ` as RFC 9110 allows. */
  headers: Readonly<Record<string, string>>;
  /** Ends only if the whole body came; throws TransportError else. Not reading it stops the sender. */
  body: AsyncIterable<Uint8Array>;
  /** Ends the exchange without reading the rest. */
  discard(): void;
}

/** A way to the server; connections are opened when needed and used again. */
export interface Transport {
  readonly protocol: string;
  request(request: TransportRequest): Promise<TransportResponse>;
  /** No further request can be sent: the next needs another transport. */
  readonly gone: boolean;
  close(): void;
}

/** Where an exchange broke. */
export type TransportPhase =
  /** Before a connection was there. */
  | 'connect'
  /** The request may have reached the server. */
  | 'answer'
  /** The server said that it did not look at the request. */
  | 'unprocessed'
  /** In the middle of the answer's body. */
  | 'body';

/** What broke a connection, and how far the exchange had come. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly phase: TransportPhase;

  constructor(phase: TransportPhase, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.phase = phase;
  }
}

/** Our own reasons for breaking a connection, beside those of the system. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  readonly code: ConnectionFailureCode;

  constructor(code: ConnectionFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type ConnectionFailureCode =
  | 'CONNECT_TIMEOUT'
  | 'ANSWER_TIMEOUT'
  | 'PEER_SILENT'
  | 'PROXY_REFUSED'
  | 'PROXY_PROTOCOL'
  | 'NO_UPGRADE'
  | 'CLOSED_EARLY';
