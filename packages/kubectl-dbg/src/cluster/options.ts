import type { PluginPolicy } from './credentials/plugin-policy.ts';

/**
 * The values of kubectl's global flags, as the command line gave them; undefined or an empty text is "not given".
 *
 * Source: kubectl's options page ("kubectl options").
 */
export interface ClusterOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  namespace?: string | undefined;
  server?: string | undefined;
  token?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  as?: string | undefined;
  asGroups?: readonly string[] | undefined;
  asUid?: string | undefined;
  /** `key=value` each. */
  asUserExtra?: readonly string[] | undefined;
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  tlsServerName?: string | undefined;
  /** A bare number (seconds) or a Go duration; `0` is none. */
  requestTimeout?: string | undefined;
  disableCompression?: boolean | undefined;
  /** Default `kubectl-dbg/VERSION (PLATFORM/ARCHITECTURE)`. */
  userAgent?: string | undefined;
  /** Which exec credential plugins may run (kuberc); default all. */
  pluginPolicy?: PluginPolicy | undefined;
  /** Told of each request's end, for `-v` and for tests that count; never given a header or a body. */
  trace?: ((entry: TraceEntry) => void) | undefined;
  /** Limits and pauses; each has a default. */
  tuning?: Partial<Tuning> | undefined;
}

/** One line about the traffic, without anything secret. */
export type TraceEntry =
  | { kind: 'connection'; purpose: 'requests' | 'upgrade'; protocol: string; milliseconds: number }
  | { kind: 'request'; method: string; path: string; status: number; milliseconds: number };

/** Times in milliseconds, sizes in bytes. */
export interface Tuning {
  /** TCP, proxy and TLS handshakes together. Go's dialer waits 30 s. */
  connectTimeout: number;
  /** Until the head of an answer: the API server itself ends plain requests after 60 s. */
  answerTimeout: number;
  /** Between pings on a connection that something waits on; kubectl's WebSockets use 5 s too. */
  pingInterval: number;
  /** How long a peer may keep silent after a ping before it counts as dead. */
  pingTimeout: number;
  /** The first pause before a broken watch is opened again; it doubles each time. */
  watchPause: number;
  /** The longest such pause. */
  watchPauseLimit: number;
  /** A watch that could not be opened again for so long fails. */
  watchGiveUp: number;
  /** Upgrade request until its answer: the kubelet is reached through the API server, so longer than a plain dial. */
  handshakeTimeout: number;
  /** How long a peer may take to answer our close frame. */
  closeTimeout: number;
  /** The longest wait that a server's Retry-After may ask for. */
  retryAfterLimit: number;
}

export const DEFAULT_TUNING: Tuning = {
  connectTimeout: 30_000,
  answerTimeout: 65_000,
  pingInterval: 5_000,
  pingTimeout: 15_000,
  watchPause: 100,
  watchPauseLimit: 10_000,
  watchGiveUp: 60_000,
  handshakeTimeout: 45_000,
  closeTimeout: 2_000,
  retryAfterLimit: 30_000,
};
