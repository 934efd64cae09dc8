import type { KubeconfigFailures } from '../../model/failures/kubeconfig.ts';
import { flag } from './flag.ts';
import type { Sayings } from './words.ts';

const NAME_ONE = 'Name a kubeconfig file with --kubeconfig or KUBECONFIG, or a server with --server';
const LOG_IN = 'Log in again with your OIDC tool, or use the exec plugin kubelogin (kubectl oidc-login)';

/** Replacements of the providers that Kubernetes 1.26 removed. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  gcp: 'Install gke-gcloud-auth-plugin, then run: gcloud container clusters get-credentials CLUSTER',
  azure: 'Install kubelogin, then run: kubelogin convert-kubeconfig',
};

export const sayings: Sayings<KubeconfigFailures> = {
  KubeconfigNotFound: NAME_ONE,
  KubeconfigEmpty: NAME_ONE,
  KubeconfigUnreadable: 'Name a kubeconfig file with --kubeconfig or KUBECONFIG',
  KubeconfigInvalid: ({ fault }) =>
    ({
      syntax: 'Correct the file',
      encoding: 'Save the file as UTF-8',
      entry: 'Correct the entry',
      duplicate: 'Rename or remove one of them',
      contradiction: 'Remove one of them',
      incomplete: undefined,
    })[fault],
  ContextNotChosen: ({ contexts }) =>
    contexts.length === 0 ? NAME_ONE : `Choose one with --context: ${quoted(contexts)}`,
  ContextNotFound: ({ contexts }) =>
    contexts.length === 0
      ? 'Use --kubeconfig to name a kubeconfig file that has it'
      : `Choose one of: ${quoted(contexts)}`,
  KubeconfigEntryNotFound: ({ of }) => `Choose another with --${of}`,
  ContextWithoutCluster: 'Set its cluster, or use --cluster',
  ClusterWithoutServer: 'Set its server, or use --server',
  ServerAddressInvalid: ({ problem }) => ({
    message: `the server address of --server ${problem}`,
    remedy: 'Write it as https://HOST:PORT',
  }),
  ProxyAddressInvalid: ({ problem }) =>
    problem === 'form' ? 'Write it as http://HOST:PORT' : 'Use an http, https or socks5 proxy',
  OptionsExclusive: ({ options }) => ({
    message: `${options.map(flag).join(' and ')} exclude each other`,
    remedy: 'Leave one of them out',
  }),
  ClientCertificateIncomplete: 'Use both --client-certificate and --client-key',
  ImpersonatedUserNotGiven: 'Name the user with --as',
  ImpersonatedExtraMalformed: {
    message: '--as-user-extra must have the form key=value',
    remedy: 'Write --as-user-extra KEY=VALUE',
  },
  ConfiguredFileUnreadable: undefined,
  PemExpected: 'Correct the entry',
  AuthProviderUnsupported: ({ provider }) =>
    REPLACEMENTS[provider] ?? 'Use an exec credential plugin instead',
  IdTokenUnusable: LOG_IN,
  TokenMalformed: 'Correct the token of the user entry, its file or --token',
  TokenFileUnreadable: 'Correct tokenFile of the user entry',
  PluginNeedsTerminal: 'Run the command in a terminal, or use credentials that do not need one',
  PluginFailed: 'Run it by hand to see why',
  PluginNotAllowed: 'Add it to credentialPluginAllowlist if you trust it',
  PluginIsBatchFile: 'Set the command to the program that the batch file starts',
  PluginNotFound: ({ hint }) => hint ?? 'Install it, or add its directory to PATH',
  PluginAnswerInvalid: 'Run it by hand and check its output',
};

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
