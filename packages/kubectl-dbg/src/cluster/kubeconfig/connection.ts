/** The address of the API server, and its proxy. */
export interface Endpoint {
  /** http or https. */
  url: URL;
  /** An http, https or socks5 proxy. */
  proxy: URL | undefined;
  /** Where the proxy's address is configured, for messages; empty without a proxy. */
  proxySource: string;
  tls: TlsSettings;
}

/** How the server is authenticated. */
export interface TlsSettings {
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
  /** The source of `ca`, for messages. */
  caSource: string;
  insecure: boolean;
  serverName: string | undefined;
  /** The file of the system's authorities, if `SSL_CERT_FILE` names another one (as in Go). */
  systemFile: string | undefined;
}

/** A client certificate and its key, PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** The user's credentials; the first that is set is used, in this order. */
export interface UserSettings {
  /** Name of the user entry, for messages. */
  name: string;
  /** The source of the credentials, for messages: `user "dan" of /home/dan/.kube/config`, `option token`. */
  source: string;
  clientCertificate: ClientCertificate | undefined;
  token: string | undefined;
  tokenFile: string | undefined;
  basic: { username: string; password: string } | undefined;
  exec: ExecSettings | undefined;
  impersonate: Impersonation | undefined;
}

/** A validated exec entry. */
export interface ExecSettings {
  apiVersion: string;
  /** A name, looked up in PATH, or an absolute path. */
  command: string;
  args: readonly string[];
  env: readonly { name: string; value: string }[];
  installHint: string | undefined;
  interactiveMode: 'Never' | 'IfAvailable' | 'Always';
  /** `spec.cluster` for the plugin, if it requests it. */
  cluster: Record<string, unknown> | undefined;
}

export interface Impersonation {
  user: string;
  uid: string | undefined;
  groups: readonly string[];
  extra: readonly (readonly [key: string, value: string])[];
}

/** All settings of the connection, from kubeconfig, flags and environment. */
export interface ConnectionSettings {
  endpoint: Endpoint;
  user: UserSettings;
  namespace: string;
  /** Name of the context, for messages; empty without one. */
  context: string;
}
