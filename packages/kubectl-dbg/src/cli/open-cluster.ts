import { abortable } from '../base/abortable.ts';
import { type Cluster, openCluster as open } from '../cluster/index.ts';
import type { World } from '../model/world.ts';
import { clusterOptionsOf } from './cluster-options.ts';
import type { CommandSettings } from './commands/command.ts';
import type { GlobalOptions } from './grammar/index.ts';

/**
 * A client for the cluster of the global flags. Throws DbgError, and at once the reason of an aborted signal: the
 * kubeconfig may be a silent pipe.
 */
export async function openCluster(
  options: GlobalOptions,
  world: World,
  { pluginPolicy, tuning, signal }: Pick<CommandSettings, 'pluginPolicy' | 'tuning' | 'signal'>,
): Promise<Cluster> {
  return await abortable(open({ ...clusterOptionsOf(options, world), pluginPolicy, tuning }, world), signal);
}
