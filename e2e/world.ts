import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type SandboxOptions, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';

/** Where the end-to-end tests play: a cluster, a namespace of their own, and images that it has. */
export interface TestCluster {
  /** Environment for programs that talk to the cluster; no other configuration reaches them. */
  env: Record<string, string | undefined>;
  cluster: Cluster;
  namespace: string;
  images: { tools: string; distroless: string };
  /** Where the service of the distroless image listens for HTTP, in the pod. */
  httpPort: number;
  /** Creates a pod and waits until all its containers are ready. */
  createPod(pod: Pod): Promise<Pod>;
  getPod(name: string): Promise<Pod>;
  listPods(): Promise<Pod[]>;
  stop(): Promise<void>;
}

/** How long a pod of the tests may take to run, in ms; a real cluster may have to pull its image. */
const READY_TIMEOUT_MS = 120_000;

/** True if the tests play in a cluster of the user's, named by its context. */
export const REAL_CONTEXT = process.env.KUBECTL_DBG_E2E_CONTEXT;

/**
 * The cluster to test against: a new sandbox, or the context that KUBECTL_DBG_E2E_CONTEXT names (its images by
 * KUBECTL_DBG_E2E_IMAGE_TOOLS and KUBECTL_DBG_E2E_IMAGE_DISTROLESS, any image without a shell whose program answers HTTP,
 * on KUBECTL_DBG_E2E_HTTP_PORT or 8080). The namespace is made here and deleted by `stop`.
 */
export async function openTestCluster(
  runtime: 'runc' | 'simulated' = 'runc',
  simulation: NonNullable<SandboxOptions['simulation']> = {},
): Promise<TestCluster> {
  const home = await mkdtemp(join(tmpdir(), 'kubectl-dbg-e2e-'));
  const namespace = `dbg-e2e-${randomBytes(4).toString('hex')}`;
  const base = { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  if (REAL_CONTEXT === undefined) {
    const sandbox = await startSandbox({ runtime, simulation });
    return finish({ ...base, KUBECONFIG: sandbox.kubeconfig }, {}, () => sandbox.stop());
  }
  const kubeconfig = process.env.KUBECONFIG ?? join(homedir(), '.kube', 'config');
  return finish({ ...base, HOME: process.env.HOME, KUBECONFIG: kubeconfig }, { context: REAL_CONTEXT }, () =>
    Promise.resolve(),
  );

  async function finish(
    env: Record<string, string | undefined>,
    options: { context?: string },
    stopServer: () => Promise<void>,
  ): Promise<TestCluster> {
    const cluster = await openCluster({ ...options, namespace }, { ...realWorld(), env });
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await cluster.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    });
    const getPod = (name: string) => cluster.request<Pod>({ method: 'GET', path: `${pods}/${name}` });
    return {
      env,
      cluster,
      namespace,
      images: {
        tools: process.env.KUBECTL_DBG_E2E_IMAGE_TOOLS ?? 'busybox',
        distroless: process.env.KUBECTL_DBG_E2E_IMAGE_DISTROLESS ?? 'example.com/distroless/http-service:v1',
      },
      httpPort: Number(process.env.KUBECTL_DBG_E2E_HTTP_PORT ?? 8080),
      getPod,
      async listPods() {
        return (await cluster.request<{ items: Pod[] }>({ method: 'GET', path: pods })).items;
      },
      async createPod(pod) {
        const created = await cluster.request<Pod>({ method: 'POST', path: pods, body: pod });
        const name = created.metadata?.name ?? '';
        const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
        const resourceVersion = created.metadata?.resourceVersion ?? '';
        const query = { fieldSelector: `metadata.name=${name}` };
        for await (const { object } of cluster.watch<Pod>({ path: pods, query, resourceVersion, signal })) {
          const statuses = object.status?.containerStatuses ?? [];
          if (statuses.length > 0 && statuses.every((status) => status.ready)) return object;
        }
        throw new Error(`pod ${name} was not ready within ${READY_TIMEOUT_MS} ms`);
      },
      async stop() {
        await cluster
          .request({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` })
          .catch(() => undefined);
        await cluster.close();
        await stopServer();
        await rm(home, { recursive: true, force: true });
      },
    };
  }
}
