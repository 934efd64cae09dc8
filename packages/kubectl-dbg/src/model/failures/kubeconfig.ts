import type { Configuration, Usage } from './meaning.ts';

/** The kind of a mistake in a kubeconfig. */
type KubeconfigFault = 'syntax' | 'encoding' | 'entry' | 'duplicate' | 'contradiction' | 'incomplete';

/** Kubeconfig and options don't determine the cluster or the user. */
export interface KubeconfigFailures {
  /** There is no kubeconfig; `looked`: the paths that were tried. */
  KubeconfigNotFound: Configuration<{ looked: string[] }>;
  /** The kubeconfig has no entries. */
  KubeconfigEmpty: Configuration<{ files: string[] }>;
  /** The kubeconfig can't be read. */
  KubeconfigUnreadable: Configuration<{ file: string; why: string }>;
  /** The kubeconfig has a mistake. */
  KubeconfigInvalid: Configuration<{ file: string; problem: string; fault: KubeconfigFault }>;
  /** No context is selected, and the kubeconfig has no current context. */
  ContextNotChosen: Configuration<{ contexts: string[] }>;
  /** The kubeconfig has no such context. */
  ContextNotFound: Configuration<{ context: string; contexts: string[] }>;
  /** The kubeconfig has no such cluster or user. */
  KubeconfigEntryNotFound: Configuration<{ of: 'cluster' | 'user'; name: string }>;
  /** The context has no cluster. */
  ContextWithoutCluster: Configuration<{ context: string }>;
  /** The cluster entry has no server address. */
  ClusterWithoutServer: Configuration<{ file: string; cluster: string }>;
  /** The server address of an option is invalid; `problem`: completes "the server address ...". */
  ServerAddressInvalid: Configuration<{ problem: string }>;
  /** The address of the proxy is invalid; `source`: where it is configured. */
  ProxyAddressInvalid: Configuration<{ source: string; problem: 'form' | 'scheme' }>;
  /** Two connection options exclude each other. */
  OptionsExclusive: Configuration<{ options: [string, string] }>;
  /** A client certificate has no key, or a key has no certificate. */
  ClientCertificateIncomplete: Configuration<{ missing: 'certificate' | 'key' }>;
  /** A group, uid or extra field is to be impersonated, but no user. */
  ImpersonatedUserNotGiven: Configuration;
  /** An extra field for impersonation is not of the form KEY=VALUE. */
  ImpersonatedExtraMalformed: Usage;
  /** A file from the configuration can't be read; `purpose`: what it is for. */
  ConfiguredFileUnreadable: Configuration<{ file: string; purpose: string; why: string }>;
  /** A certificate or key is not in PEM form. */
  PemExpected: Configuration<{ what: string }>;
  /** The auth-provider of the user is not supported. */
  AuthProviderUnsupported: Configuration<{ file: string; user: string; provider: string }>;
  /** The user's ID token (auth-provider `oidc`) is missing or has expired. */
  IdTokenUnusable: Configuration<{ file: string; user: string; expired: boolean }>;
  /** The bearer token is empty, or not a valid token. */
  TokenMalformed: Configuration;
  /** The file of the bearer token can't be read. */
  TokenFileUnreadable: Configuration<{ file: string; why: string }>;
  /** The credential plugin needs a terminal. */
  PluginNeedsTerminal: Configuration<{ command: string }>;
  /** The credential plugin failed; `how`: such as `ended with 1`. */
  PluginFailed: Configuration<{ command: string; how: string }>;
  /** The user's preferences forbid the credential plugin. */
  PluginNotAllowed: Configuration<{ command: string }>;
  /** The credential plugin is a batch file, which can't be started safely. */
  PluginIsBatchFile: Configuration<{ command: string }>;
  /** The credential plugin is not installed; `hint`: the install hint of the kubeconfig. */
  PluginNotFound: Configuration<{ command: string; hint?: string }>;
  /** The output of the credential plugin is not a credential. */
  PluginAnswerInvalid: Configuration<{ command: string; problem: string }>;
}
