import type { ExecEntry } from './kubeconfig.ts';

/** Where the API server is and how it is reached. */
export interface Endpoint {
  /** http or https. */
  url: URL;
  /** An http, https or socks5 proxy. */
  proxy: URL | undefined;
  tls: TlsSettings;
}

/** How the server is recognised. */
export interface TlsSettings {
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
  /** Where `ca` came from, for messages. */
  caSource: string;
  insecure: boolean;
  serverName: string | undefined;
  /** The file of the system's authorities, where `SSL_CERT_FILE` names another than the usual (as in Go). */
  systemFile: string | undefined;
}

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** What the user is recognised by; the first that is set counts, in this order. */
export interface UserSettings {
  /** Name of the user entry, for messages. */
  name: string;
  clientCertificate: ClientCertificate | undefined;
  token: string | undefined;
  tokenFile: string | undefined;
  basic: { username: string; password: string } | undefined;
  exec: ExecSettings | undefined;
  impersonate: Impersonation | undefined;
}

/** An exec entry that has been checked. */
export interface ExecSettings {
  apiVersion: string;
  /** A name, looked up in PATH, or an absolute path. */
  command: string;
  args: readonly string[];
  env: readonly { name: string; value: string }[];
  installHint: string | undefined;
  interactiveMode: NonNullable<ExecEntry['interactiveMode']>;
  /** `spec.cluster` for the plugin, when it asked for it. */
  cluster: Record<string, unknown> | undefined;
}

export interface Impersonation {
  user: string;
  uid: string | undefined;
  groups: readonly string[];
  extra: readonly (readonly [key: string, value: string])[];
}

/** Everything that kubeconfig, flags and environment say about the connection. */
export interface ConnectionSettings {
  endpoint: Endpoint;
  user: UserSettings;
  namespace: string;
  /** Name of the context, for messages; empty without one. */
  context: string;
}
