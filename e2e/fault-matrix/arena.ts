import { startSandbox, type Sandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';

/** The environment of cells: a sandbox with a namespace for each. */
export interface Arena {
  sandbox: Sandbox;
  cluster: Cluster;
  /** Creates a namespace with a running pod `web`; returns what is created in it from then on. */
  open(namespace: string): Promise<Watched>;
  close(): Promise<void>;
}

export interface Watched {
  /** Number of debug containers of `web` and other pods that were ever created. */
  made(): number;
  /** The name of the session's pod, once it exists. */
  pod(): Promise<string>;
  /** Pods besides `web` that exist and are not being deleted. */
  left(): string[];
  close(): void;
}

export async function openArena(): Promise<Arena> {
  const sandbox = await startSandbox({ runtime: 'simulated', maxPods: 5_000, warn: () => undefined });
  const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, realWorld());
  return {
    sandbox,
    cluster,
    open: (namespace) => openNamespace(sandbox, cluster, namespace),
    async close() {
      await cluster.close();
      await sandbox.stop();
    },
  };
}

async function openNamespace(sandbox: Sandbox, cluster: Cluster, namespace: string): Promise<Watched> {
  const pods = new Set<string>();
  const containers = new Set<string>();
  let isRunning: () => void = () => undefined;
  const running = new Promise<void>((resolve) => (isRunning = resolve));
  let isSeen: (name: string) => void = () => undefined;
  const seen = new Promise<string>((resolve) => (isSeen = resolve));
  const off = sandbox.store.subscribe('pods', ({ object }) => {
    const { metadata, spec, status } = object as unknown as Pod;
    const { name = '' } = metadata ?? {};
    if (metadata?.namespace !== namespace) return;
    if (name !== 'web') {
      pods.add(metadata.uid ?? '');
      isSeen(name);
      return;
    }
    for (const container of spec?.ephemeralContainers ?? []) {
      containers.add(container.name);
      isSeen(name);
    }
    if (status?.phase === 'Running') isRunning();
  });
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await cluster.request({ method: 'POST', path: '/api/v1/namespaces', body });
  await cluster.request({
    method: 'POST',
    path,
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '3600'] }] },
    },
  });
  await running;
  return {
    made: () => pods.size + containers.size,
    pod: () => seen,
    left: () =>
      sandbox.store
        .list('pods', namespace)
        .filter(({ metadata }) => metadata.name !== 'web' && metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name ?? ''),
    close: off,
  };
}
