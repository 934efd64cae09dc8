import type { PluginPolicy } from './credentials/plugin-policy.ts';

/**
 * How to connect to a cluster, with the names of kubectl's global flags; undefined or an empty text means "not set".
 *
 * Source: kubectl's options page ("kubectl options").
 */
export interface ClusterOptions {
  /** Path of the only file to read; default: `KUBECONFIG`, `~/.kube/config`, or the service account of a pod. */
  kubeconfig?: string | undefined;
  /** Default: the kubeconfig's `current-context`. */
  context?: string | undefined;
  /** Name of a cluster entry that overrides the context's. */
  cluster?: string | undefined;
  /** Name of a user entry that overrides the context's. */
  user?: string | undefined;
  /** For targets without a namespace; default: the context's, or `default`. */
  namespace?: string | undefined;
  /** Address of the API server; overrides the cluster entry's. */
  server?: string | undefined;
  /** Bearer token; overrides all credentials of the user entry. */
  token?: string | undefined;
  /** For basic authentication, with `password`. */
  username?: string | undefined;
  password?: string | undefined;
  /** The user to impersonate, with `asGroups`, `asUid` and `asUserExtra`. */
  as?: string | undefined;
  asGroups?: readonly string[] | undefined;
  asUid?: string | undefined;
  /** `key=value` each. */
  asUserExtra?: readonly string[] | undefined;
  /** Path of a PEM file; so are the next two. */
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  /** Do not verify the server's certificate: any server gets the credentials. Default false. */
  insecureSkipTlsVerify?: boolean | undefined;
  /** The name that the server's certificate must have; default: the server's host name. */
  tlsServerName?: string | undefined;
  /** Time limit for one request, in milliseconds; 0 or undefined: none. */
  requestTimeout?: number | undefined;
  /** Request uncompressed responses. Default false. */
  disableCompression?: boolean | undefined;
  /** Default `kubectl-dbg/VERSION (PLATFORM/ARCHITECTURE)`. */
  userAgent?: string | undefined;
  /** The exec credential plugins that may run (kuberc); default all. */
  pluginPolicy?: PluginPolicy | undefined;
  /** The user is not watching (completion): a plugin must not interact, and its stderr is dropped. Default false. */
  background?: boolean | undefined;
  /** Called at the end of each request, for `-v` and for tests that count; never gets a header or a body. */
  trace?: ((entry: TraceEntry) => void) | undefined;
  /** Limits and pauses; all have defaults. */
  tuning?: Partial<ClientTimeouts> | undefined;
}

/** One line about the traffic, without anything secret. */
export type TraceEntry =
  | { kind: 'connection'; purpose: 'requests' | 'upgrade'; protocol: string; milliseconds: number }
  | { kind: 'request'; method: string; path: string; status: number; milliseconds: number };

/** Times in milliseconds, sizes in bytes. */
export interface ClientTimeouts {
  /** TCP, proxy and TLS handshakes together. Go's dialer waits 30 s. */
  connectTimeout: number;
  /** Until the head of a response: the API server itself ends plain requests after 60 s. */
  answerTimeout: number;
  /** For the body of a response, from its head to its end; `requestTimeout` may allow more. */
  bodyTimeout: number;
  /** Interval of pings on a connection in use; kubectl's WebSockets use 5 s too. */
  pingInterval: number;
  /** How long a peer may be silent after a ping before it counts as dead. */
  pingTimeout: number;
  /** The first pause before a broken watch is reopened; it doubles each time. */
  watchPause: number;
  /** The maximum of that pause. */
  watchPauseLimit: number;
  /** A watch that could not be reopened for this time fails. */
  watchGiveUp: number;
  /**
   * From the upgrade request to its response: it goes through the API server to the kubelet, so it takes longer than a
   * plain connection.
   */
  handshakeTimeout: number;
  /** Time for a peer to respond to our close frame. */
  closeTimeout: number;
  /** The maximum wait that is accepted from a server's Retry-After. */
  retryAfterLimit: number;
}

export const DEFAULT_TUNING: ClientTimeouts = {
  connectTimeout: 30_000,
  answerTimeout: 65_000,
  bodyTimeout: 60_000,
  pingInterval: 5_000,
  pingTimeout: 15_000,
  watchPause: 100,
  watchPauseLimit: 10_000,
  watchGiveUp: 60_000,
  handshakeTimeout: 45_000,
  closeTimeout: 2_000,
  retryAfterLimit: 30_000,
};
