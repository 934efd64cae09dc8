import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCluster } from '../cluster/index.ts';
import type { Cluster, ClusterOptions } from '../cluster/index.ts';
import { kubeconfigFor } from './api-server.ts';
import type { ApiServer } from './api-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import type { CleanUp } from './temporary-directory.ts';
import { testWorld } from './test-world.ts';
import type { TestWorld } from './test-world.ts';

/** A cluster opened with a kubeconfig file, like a user's; it is closed at the end of the test. */
export async function openTestCluster(
  test: CleanUp,
  server: ApiServer,
  options: ClusterOptions = {},
  world: TestWorld = testWorld(),
  kubeconfig: string = kubeconfigFor(server),
): Promise<Cluster> {
  const directory = await temporaryDirectory(test);
  const file = join(directory, 'config');
  await writeFile(file, kubeconfig, { mode: 0o600 });
  const cluster = await openCluster({ kubeconfig: file, ...options }, world);
  test.after(() => cluster.close());
  return cluster;
}
