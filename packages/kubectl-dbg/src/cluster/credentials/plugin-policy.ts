/**
 * The exec credential plugins that may run.
 *
 * Source: Kubernetes reference, kuberc: `credentialPluginPolicy` and `credentialPluginAllowlist`.
 */
export type PluginPolicy =
  | { policy: 'AllowAll' }
  | { policy: 'DenyAll' }
  /** Names are looked up in PATH; absolute paths must equal the plugin's path. */
  | { policy: 'Allowlist'; allowlist: readonly string[] };

/**
 * Whether the policy allows this file.
 *
 * @param file the program to be started, absolute
 * @param lookUp the file for an entry of the list; undefined if there is none
 */
export function allowsPlugin(
  policy: PluginPolicy | undefined,
  file: string,
  lookUp: (entry: string) => string | undefined,
): boolean {
  if (policy === undefined || policy.policy === 'AllowAll') return true;
  if (policy.policy === 'DenyAll') return false;
  return policy.allowlist.some((entry) => lookUp(entry) === file);
}
