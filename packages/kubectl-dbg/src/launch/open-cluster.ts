import { type Cluster, type ClusterOptions, openCluster as open } from '../cluster/index.ts';
import type { World } from '../model/world.ts';
import { realWorld } from './real-world.ts';

/** How to connect to a cluster; all fields are optional. */
export type OpenClusterOptions = ClusterOptions;

/**
 * Reads the kubeconfig and returns a client for the cluster. Sends nothing yet.
 *
 * @param options as kubectl's global flags; default: `KUBECONFIG` or `~/.kube/config`, else the service account of the
 *   pod that the program runs in
 * @param world environment, home and clock; default: this process
 * @throws DbgError `configuration` if kubeconfig, files or options are invalid
 *
 * @example
 * const cluster = await openCluster({ namespace: 'default', requestTimeout: 30_000 });
 * await cluster.close();
 */
export async function openCluster(
  options: OpenClusterOptions = {},
  world: World = realWorld(),
): Promise<Cluster> {
  return await open(options, world);
}
