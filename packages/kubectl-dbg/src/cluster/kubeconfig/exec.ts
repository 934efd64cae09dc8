import { dirname, isAbsolute, resolve } from 'node:path';
import type { Endpoint, ExecSettings } from './connection.ts';
import type { ClusterEntry, Entry, ExecEntry, UserEntry } from './kubeconfig.ts';
import { configurationError } from './configuration-error.ts';

const V1 = 'client.authentication.k8s.io/v1';
const V1BETA1 = 'client.authentication.k8s.io/v1beta1';

/** The extension of a cluster entry whose content is passed to the plugin. */
const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

const INTERACTIVE_MODES: readonly ExecSettings['interactiveMode'][] = ['Never', 'IfAvailable', 'Always'];

/** Validates an exec entry with kubectl's rules. Throws DbgError `configuration`. */
export function execSettings(
  user: Entry<UserEntry>,
  cluster: Entry<ClusterEntry> | undefined,
  endpoint: Endpoint,
): ExecSettings {
  const exec: ExecEntry = user.value.exec ?? {};
  const fail = (problem: string) =>
    configurationError(user.file, `user "${user.name}": exec: ${problem}`, 'entry');
  const command = exec.command ?? '';
  if (command === '') throw fail('command is missing');
  if (exec.apiVersion !== V1 && exec.apiVersion !== V1BETA1) {
    throw fail(`apiVersion must be ${V1} or ${V1BETA1}`);
  }
  const mode = exec.interactiveMode ?? (exec.apiVersion === V1 ? undefined : 'IfAvailable');
  if (mode === undefined) throw fail(`interactiveMode is missing, which ${V1} needs`);
  const interactiveMode = INTERACTIVE_MODES.find((known) => known === mode);
  if (interactiveMode === undefined) throw fail('interactiveMode must be Never, IfAvailable or Always');
  const env = (exec.env ?? []).map(({ name = '', value = '' }, index) => {
    if (name === '') throw fail(`env[${index}] has no name`);
    return { name, value };
  });
  const isPath = command.includes('/') || (command.includes('\\') && isAbsolute(command));
  return {
    apiVersion: exec.apiVersion,
    command: isPath ? resolve(dirname(user.file), command) : command,
    args: exec.args ?? [],
    env,
    installHint: exec.installHint,
    interactiveMode,
    cluster: exec.provideClusterInfo === true ? clusterInfo(cluster, endpoint) : undefined,
  };
}

/** `spec.cluster` of the ExecCredential for the plugin. */
function clusterInfo(cluster: Entry<ClusterEntry> | undefined, endpoint: Endpoint): Record<string, unknown> {
  const { tls, url } = endpoint;
  const entry = cluster?.value ?? {};
  const extension = entry.extensions?.find((item) => item.name === EXEC_EXTENSION);
  return {
    server: url.href.replace(/\/$/, ''),
    ...(tls.serverName === undefined ? {} : { 'tls-server-name': tls.serverName }),
    ...(tls.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tls.ca === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(tls.ca, 'utf8').toString('base64') }),
    ...(entry['proxy-url'] === undefined ? {} : { 'proxy-url': entry['proxy-url'] }),
    config: extension?.extension ?? null,
  };
}
