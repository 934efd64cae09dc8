/**
 * A kubeconfig file's parts that a client needs, as the file has them.
 *
 * Source: Kubernetes reference, "kubeconfig (v1)".
 */
export interface Kubeconfig {
  clusters: Map<string, Entry<ClusterEntry>>;
  users: Map<string, Entry<UserEntry>>;
  contexts: Map<string, Entry<ContextEntry>>;
  currentContext: string | undefined;
}

/** A named entry, with the file it stands in: relative paths count from that file's folder. */
export interface Entry<T> {
  name: string;
  file: string;
  value: T;
}

export interface ClusterEntry {
  server?: string;
  'tls-server-name'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'proxy-url'?: string;
  'disable-compression'?: boolean;
  extensions?: { name?: string; extension?: unknown }[];
}

export interface UserEntry {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
  'auth-provider'?: { name?: string; config?: Record<string, string> };
  exec?: ExecEntry;
}

/** An exec credential plugin. */
export interface ExecEntry {
  apiVersion?: string;
  command?: string;
  args?: string[];
  env?: { name: string; value: string }[];
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

export interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
}
