import type { Frame } from 'kubectl-dbg-wire';

/** Query parameters; undefined ones are omitted, a list repeats its key. */
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
   * Whether sending it twice has the same effect as once, so that it may be repeated after a broken connection or a 503.
   * Default: true for GET only. A strategic-merge patch that adds a named container is idempotent (the name is the merge
   * key); a JSON patch, a create or an unconditional delete is not.
   */
  idempotent?: boolean;
  /** Called each time that the server responds with 429 and the request waits, with the requested wait (ms). */
  onBusy?: ((milliseconds: number) => void) | undefined;
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
  /** On a separate connection, which nothing else can slow down; closed with the watch. */
  dedicated?: boolean;
  /** Once it was open the watch outlives whatever may pass; before that each failure is thrown. Default false. */
  endless?: boolean | undefined;
  /** Called with each failure that the watch survives, and with undefined when it is open again. */
  onTrouble?: ((failure: unknown) => void) | undefined;
  signal: AbortSignal;
}

/** Streams of an attach or exec, chosen when it is opened. */
export interface RemoteCommandOptions {
  namespace: string;
  pod: string;
  /** Empty: the server selects the pod's only or default container. */
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
  /** The server's reason, safe to print; or what broke the connection. */
  reason: string;
}

/**
 * An open attach or exec. Messages are read by iteration; while nobody requests the next one the connection is paused
 * (back-pressure). The iteration ends when the connection ends, without throwing: `closed` says how.
 */
export interface RemoteCommand extends AsyncIterable<Frame> {
  readonly subprotocol: string;
  /** Whether the end of stdin can be signalled. */
  readonly canHalfClose: boolean;
  /**
   * Resolves when the data was passed to the kernel, so that a writer can wait for a slow peer. Long data is split into
   * several messages. Rejects with DbgError `lost` if the connection is closed.
   */
  send(channel: number, data: Uint8Array): Promise<void>;
  /** Signals the end of a channel (v5); does nothing on v4. */
  endChannel(channel: number): Promise<void>;
  /** Closes with 1000; resolves when the connection is closed. */
  close(): Promise<void>;
  readonly closed: Promise<Closed>;
}

/** The thin Kubernetes client that sessions work with. */
export interface Cluster {
  /** Address of the API server, for messages. */
  readonly server: string;
  /** The credential plugin that requests are waiting for; undefined if none. Safe to print. */
  runningPlugin(): string | undefined;
  /** Namespace of the context (or of `--namespace`). */
  readonly namespace: string;
  /** Sends a request and returns the decoded JSON response. Throws DbgError, or ApiStatusError for a Status response. */
  request<T>(request: ApiRequest): Promise<T>;
  /**
   * Watches one collection. Resumes after a broken connection, and after 410 by relisting (the changes are reported as
   * MODIFIED or DELETED events; such a DELETED contains only the identity). Ends when `signal` is aborted. BOOKMARK
   * events are passed on and contain only a resourceVersion. Throws DbgError or ApiStatusError if it is refused, or could
   * not be resumed for a minute.
   */
  watch<T>(options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /**
   * Opens a body as a byte stream (logs): resolves when the headers have arrived. The iteration ends only if the server
   * ended the body; a broken connection throws DbgError `lost`.
   */
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Starts to open the connection for requests, unless a credential plugin would have to run for it; failures are ignored
   * and will occur again later. Resolves when the first packet is sent.
   */
  prepareRequests(): Promise<void>;
  /** Loads the code of watches, attach and exec, which is otherwise loaded at their first use. */
  preload(): Promise<void>;
  /** Loads the code that is needed if something fails later: explanations, lists after a gap of a watch, SPDY. */
  preloadRecovery(): Promise<void>;
  /** Opens a connection in advance for the next upgrade; failures are ignored and will occur again later. */
  prepareUpgrade(): void;
  /** Attaches to a running container's process. Throws ApiStatusError or DbgError if the server refuses. */
  attach(options: RemoteCommandOptions): Promise<RemoteCommand>;
  /** Runs a command in a running container; throws the same errors. */
  exec(options: RemoteCommandOptions & { command: readonly string[] }): Promise<RemoteCommand>;
  /** Warnings (RFC 7234 code 299) from the server's responses; each text once. */
  onWarning(listener: (text: string) => void): void;
  /** Closes the connection for requests: watches end, pending requests fail. Remote commands are closed separately. */
  close(): Promise<void>;
}
