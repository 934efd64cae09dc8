import { DbgError } from '../../model/failure.ts';
import { sanitise } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import type { ClusterOptions } from '../options.ts';
import type { ConnectionSettings } from './connection.ts';
import { resolveEndpoint } from './endpoint.ts';
import { given } from './given.ts';
import { inCluster } from './in-cluster.ts';
import type { ClusterEntry, Entry, Kubeconfig, UserEntry } from './kubeconfig.ts';
import { loadKubeconfig } from './load.ts';
import type { LoadedKubeconfig } from './load.ts';
import { configurationError, problemOf } from './configuration-error.ts';
import { resolveUser } from './user.ts';

/** The part of the world with the configuration; without `now` the expiry of tokens is not checked. */
export type ConfigWorld = Pick<World, 'env' | 'home' | 'cwd'> & Partial<Pick<World, 'now'>>;

/**
 * Combines kubeconfig, flags and environment, like kubectl. Without any configuration it throws an error with a remedy;
 * kubectl would try http://localhost:8080.
 */
export async function resolveConnection(
  options: ClusterOptions,
  world: ConfigWorld,
): Promise<ConnectionSettings> {
  const loaded = await loadKubeconfig(options.kubeconfig, world);
  const { config } = loaded;
  const { name: contextName, entry: context } = currentContext(options, loaded);
  const cluster = pick(config.clusters, options.cluster, context?.value.cluster, 'cluster', context?.file);
  const user = pick(config.users, options.user, context?.value.user, 'user', context?.file);
  const server = given(options.server) ?? given(cluster?.value.server);

  if (server === undefined && cluster === undefined) {
    const pod = isEmpty(config) ? inCluster(options, world) : undefined;
    if (pod !== undefined) return pod;
    const master = isEmpty(config) ? given(world.env['KUBERNETES_MASTER']) : undefined;
    if (master === undefined) throw noConfiguration(loaded, contextName);
    return settings(master);
  }
  if (server === undefined) {
    const { file = '', name = '' } = cluster ?? {};
    const message = problemOf(file, `cluster "${name}" has no server`);
    throw new DbgError('configuration', 'ClusterWithoutServer', message, { file, cluster: name });
  }
  return settings(server);

  function settings(address: string): ConnectionSettings {
    const endpoint = resolveEndpoint(address, cluster, options, world);
    return {
      endpoint,
      user: resolveUser(user, cluster, endpoint, options, world),
      namespace: given(options.namespace) ?? given(context?.value.namespace) ?? 'default',
      context: contextName,
    };
  }
}

function currentContext(options: ClusterOptions, loaded: LoadedKubeconfig) {
  const { config } = loaded;
  const wanted = given(options.context);
  const name = wanted ?? config.currentContext ?? '';
  const entry = config.contexts.get(name);
  if (entry === undefined && name !== '') {
    throw new DbgError(
      'configuration',
      'ContextNotFound',
      `the kubeconfig has no context "${sanitise(name)}"`,
      { context: name, contexts: contextsOf(config) },
    );
  }
  return { name, entry };
}

function pick<T extends ClusterEntry | UserEntry>(
  entries: ReadonlyMap<string, Entry<T>>,
  option: string | undefined,
  fromContext: string | undefined,
  kind: 'cluster' | 'user',
  contextFile: string | undefined,
): Entry<T> | undefined {
  const name = given(option) ?? given(fromContext);
  if (name === undefined) return undefined;
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  if (given(option) !== undefined || contextFile === undefined) {
    throw new DbgError(
      'configuration',
      'KubeconfigEntryNotFound',
      `the kubeconfig ${sanitise(`has no ${kind} "${name}"`)}`,
      { of: kind, name },
    );
  }
  throw configurationError(contextFile, `the context names a ${kind} "${name}", which is in no file`);
}

function contextsOf({ contexts }: Kubeconfig): string[] {
  return [...contexts.keys()].map((name) => sanitise(name));
}

function isEmpty(config: Kubeconfig): boolean {
  return config.clusters.size === 0 && config.contexts.size === 0 && config.users.size === 0;
}

function noConfiguration(loaded: LoadedKubeconfig, context: string): DbgError {
  const { config, files, looked } = loaded;
  if (files.length === 0) {
    const where = looked.map(sanitise).join(', ');
    return new DbgError(
      'configuration',
      'KubeconfigNotFound',
      `no cluster is configured: there is no kubeconfig at ${where}`,
      { looked: [...looked] },
    );
  }
  if (isEmpty(config)) {
    return new DbgError(
      'configuration',
      'KubeconfigEmpty',
      `no cluster is configured: ${files.map(sanitise).join(', ')} is empty`,
      { files: [...files] },
    );
  }
  if (context === '') {
    return new DbgError('configuration', 'ContextNotChosen', 'the kubeconfig has no current context', {
      contexts: contextsOf(config),
    });
  }
  return new DbgError(
    'configuration',
    'ContextWithoutCluster',
    `the context "${sanitise(context)}" has no cluster`,
    { context },
  );
}
