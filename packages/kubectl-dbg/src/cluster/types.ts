import type { Frame } from 'kubectl-dbg-wire';

/** Query parameters; undefined ones are left out, a list repeats its key. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

/** One plain request of the API. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's base, such as `/api/v1/namespaces/default/pods/web`; segments already escaped. */
  path: string;
  query?: Query;
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
  /**
   * Whether sending it twice does the same as sending it once, so that it may be sent again after a broken connection
   * or a 503. Default: true for GET only. A strategic-merge patch that adds a named container is idempotent (the name is
   * the merge key); a JSON patch, a create or an unconditional delete is not.
   */
  idempotent?: boolean;
  signal?: AbortSignal | undefined;
}

/** A change that a watch reports. */
export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

/** What to watch. */
export interface WatchOptions {
  /** The collection's path; a single object is watched by `fieldSelector: 'metadata.name=NAME'`. */
  path: string;
  query?: Query;
  /** Where to begin: events after this version. */
  resourceVersion: string;
  signal: AbortSignal;
}

/** Streams of an attach or exec, chosen when it is opened. */
export interface RemoteCommandOptions {
  namespace: string;
  pod: string;
  /** Empty: the server chooses the pod's only or default one. */
  container: string;
  /** exec only. */
  command?: readonly string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
  signal?: AbortSignal | undefined;
}

/** How a WebSocket ended. */
export interface Closed {
  /** 1000: normally. 1006: without a close frame (the connection broke). */
  code: number;
  /** The server's words, made safe to show; or what broke the connection. */
  reason: string;
}

/**
 * An open attach or exec. Messages are read by iterating; while nobody asks for the next one the connection is
 * paused (back-pressure). The iteration ends when the connection does, without throwing: `closed` says how.
 */
export interface RemoteCommand extends AsyncIterable<Frame> {
  readonly subprotocol: string;
  /** Whether the end of stdin can be signalled. */
  readonly canHalfClose: boolean;
  /**
   * Resolves once the data has left for the kernel, so that a writer can wait for a slow peer. Long data is cut into
   * several messages. Rejects with DbgError `lost` when the connection is gone.
   */
  send(channel: number, data: Uint8Array): Promise<void>;
  /** Signals the end of a channel (v5); does nothing on v4. */
  endChannel(channel: number): Promise<void>;
  /** Closes with 1000; resolves once the connection is gone. */
  close(): Promise<void>;
  readonly closed: Promise<Closed>;
}

/** The thin Kubernetes client that sessions work with. */
export interface Cluster {
  /** Address of the API server, for messages. */
  readonly server: string;
  /** Namespace of the context (or of `--namespace`). */
  readonly namespace: string;
  /** Sends a request and returns the decoded JSON answer. Throws DbgError, or ApiStatusError for a Status answer. */
  request<T>(request: ApiRequest): Promise<T>;
  /**
   * Watches one collection. Resumes by itself after a broken connection, and after 410 by relisting (as MODIFIED
   * or DELETED events of what it finds; such a DELETED carries identity only); ends when `signal` is aborted.
   * BOOKMARK events are passed on and carry a resourceVersion only. Throws DbgError or ApiStatusError when it is refused,
   * or could not be taken up again for a minute.
   */
  watch<T>(options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /**
   * Opens a body as a byte stream (logs): resolves when the headers have come. The iteration ends only where the server
   * ended the body; a broken connection throws DbgError `lost`.
   */
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Begins to open the connection for requests, unless a credential plugin would have to run for it; failures are
   * ignored here and met again later. Resolves once that is on its way.
   */
  prepareRequests(): Promise<void>;
  /** Loads the code of watches, attach and exec, which else is loaded at their first use. */
  preload(): Promise<void>;
  /** Opens a connection ahead of time for the next upgrade; failures are ignored here and met again later. */
  prepareUpgrade(): void;
  attach(options: RemoteCommandOptions): Promise<RemoteCommand>;
  exec(options: RemoteCommandOptions & { command: readonly string[] }): Promise<RemoteCommand>;
  /** Warnings (RFC 7234 code 299) that the server sent with its answers; each text once. */
  onWarning(listener: (text: string) => void): void;
  /** Closes the connection for requests: watches end, what is under way fails. Remote commands have ends of their own. */
  close(): Promise<void>;
}
