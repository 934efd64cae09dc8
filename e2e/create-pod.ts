import { openCluster, realWorld } from 'kubectl-dbg';

/** Creates a pod in the default namespace whose container `main` only sleeps. */
export async function createSleepingPod(kubeconfig: string, name: string): Promise<void> {
  const cluster = await openCluster({ kubeconfig }, realWorld());
  const containers = [{ name: 'main', image: 'busybox', command: ['sleep', '36000'] }];
  const spec = { containers, terminationGracePeriodSeconds: 1 };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  await cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
  await cluster.close();
}
