import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import type { ClusterOptions } from '../options.ts';
import type { ConnectionSettings } from './connection.ts';
import { resolveEndpoint } from './endpoint.ts';
import { given } from './given.ts';
import { inCluster } from './in-cluster.ts';
import type { ClusterEntry, Entry, Kubeconfig, UserEntry } from './kubeconfig.ts';
import { loadKubeconfig } from './load.ts';
import type { LoadedKubeconfig } from './load.ts';
import { configurationError } from './shape.ts';
import { resolveUser } from './user.ts';

export type ConfigWorld = Pick<World, 'env' | 'home' | 'cwd'>;

/**
 * Brings kubeconfig, flags and environment together, as kubectl does. Without any configuration it throws and says
 * what to do; kubectl would try http://localhost:8080.
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
    throw configurationError(
      cluster?.file ?? '',
      `cluster "${cluster?.name}" has no server`,
      'Set its server, or use --server',
    );
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
    const known = [...config.contexts.keys()].map((key) => `"${sanitise(key)}"`).join(', ');
    throw new DbgError('configuration', `the kubeconfig has no context "${sanitise(name)}"`, {
      remedy:
        known === '' ? 'Name a kubeconfig file that has it with --kubeconfig' : `Choose one of: ${known}`,
    });
  }
  return { name, entry };
}

function pick<T extends ClusterEntry | UserEntry>(
  entries: ReadonlyMap<string, Entry<T>>,
  flag: string | undefined,
  fromContext: string | undefined,
  kind: 'cluster' | 'user',
  contextFile: string | undefined,
): Entry<T> | undefined {
  const name = given(flag) ?? given(fromContext);
  if (name === undefined) return undefined;
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  const problem = `has no ${kind} "${name}"`;
  if (given(flag) !== undefined || contextFile === undefined) {
    throw new DbgError('configuration', `the kubeconfig ${sanitise(problem)}`, {
      remedy: `Choose another with --${kind}`,
    });
  }
  throw configurationError(contextFile, `the context names a ${kind} "${name}", which is in no file`);
}

function isEmpty(config: Kubeconfig): boolean {
  return config.clusters.size === 0 && config.contexts.size === 0 && config.users.size === 0;
}

function noConfiguration(loaded: LoadedKubeconfig, context: string): DbgError {
  const { config, files, looked } = loaded;
  const remedy = 'Name a kubeconfig file with --kubeconfig or KUBECONFIG, or a server with --server';
  if (files.length === 0) {
    const where = looked.map(sanitise).join(', ');
    return new DbgError('configuration', `no cluster is configured: there is no kubeconfig at ${where}`, {
      remedy,
    });
  }
  if (isEmpty(config)) {
    return new DbgError(
      'configuration',
      `no cluster is configured: ${files.map(sanitise).join(', ')} is empty`,
      {
        remedy,
      },
    );
  }
  if (context === '') {
    const names = [...config.contexts.keys()].map((key) => `"${sanitise(key)}"`).join(', ');
    return new DbgError('configuration', 'the kubeconfig has no current context', {
      remedy: names === '' ? remedy : `Choose one with --context: ${names}`,
    });
  }
  return new DbgError('configuration', `the context "${sanitise(context)}" names no cluster`, {
    remedy: 'Set its cluster, or use --cluster',
  });
}
