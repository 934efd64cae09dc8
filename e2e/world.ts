import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type SandboxOptions, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';

/** The environment of end-to-end tests: a cluster, a namespace, and images. */
export interface TestCluster {
  /** The environment of programs that use the cluster, without any other configuration. */
  env: Record<string, string | undefined>;
  cluster: Cluster;
  namespace: string;
  images: { tools: string; distroless: string };
  /** The HTTP port of the distroless image's service. */
  httpPort: number;
  /** Creates a pod and waits until all its containers are ready. */
  createPod(pod: Pod): Promise<Pod>;
  getPod(name: string): Promise<Pod>;
  listPods(): Promise<Pod[]>;
  stop(): Promise<void>;
}

/** Timeout until a pod is ready, in ms; a real cluster may have to pull its image. */
const READY_TIMEOUT_MS = 120_000;

/** The context of the user's cluster, if the tests run against one. */
export const REAL_CONTEXT = process.env.KUBECTL_DBG_E2E_CONTEXT;

/**
 * The cluster to test against: a new sandbox, or the context in KUBECTL_DBG_E2E_CONTEXT (with the images
 * KUBECTL_DBG_E2E_IMAGE_TOOLS and KUBECTL_DBG_E2E_IMAGE_DISTROLESS, any image without a shell whose program serves HTTP
 * on KUBECTL_DBG_E2E_HTTP_PORT or 8080). Creates the namespace, which `stop` deletes.
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
