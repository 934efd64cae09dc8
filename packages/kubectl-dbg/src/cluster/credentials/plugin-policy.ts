import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Which exec credential plugins may run.
 *
 * Source: Kubernetes reference, kuberc: `credentialPluginPolicy` and `credentialPluginAllowlist`.
 */
export type PluginPolicy =
  | { policy: 'AllowAll' }
  | { policy: 'DenyAll' }
  /** Names are looked up in PATH; absolute paths must be the plugin's own. */
  | { policy: 'Allowlist'; allowlist: readonly string[] };

/** Whether the policy lets `command` (a name or an absolute path) run. */
export function allowsPlugin(
  policy: PluginPolicy | undefined,
  command: string,
  path: string | undefined,
): boolean {
  if (policy === undefined || policy.policy === 'AllowAll') return true;
  if (policy.policy === 'DenyAll') return false;
  const wanted = lookUp(command, path);
  return policy.allowlist.some((entry) => entry === command || lookUp(entry, path) === wanted);
}

function lookUp(command: string, path: string | undefined): string {
  if (isAbsolute(command) || command.includes('/')) return command;
  for (const folder of (path ?? '').split(delimiter)) {
    const file = join(folder === '' ? '.' : folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  // A name that is nowhere can only equal itself.
  return command;
}
