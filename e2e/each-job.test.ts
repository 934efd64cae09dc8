// The Indexed Job of examples/: workers in the cluster, each with a shard of the pods, and only the manifest's rights.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { missingForRealContainers, type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld, type Report } from 'kubectl-dbg';
import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { runDbg } from './command.ts';
import { saveProgramImage } from './program-image.ts';

const MANIFEST = fileURLToPath(new URL('../examples/each-indexed-job.yaml', import.meta.url));

const IMAGE = 'example.com/kubectl-dbg:v1';

const PODS = 10;

/** API paths of the manifest's kinds. */
const PATHS: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/namespaces/audit/serviceaccounts',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Job: '/apis/batch/v1/namespaces/audit/jobs',
};

const missing = missingForRealContainers();

describe('an Indexed Job', { skip: missing ?? false }, () => {
  let directory: string;
  let sandbox: Sandbox;
  let cluster: Cluster;
  let env: Record<string, string | undefined>;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-job-'));
    const archive = join(directory, 'program.tar');
    saveProgramImage(IMAGE, archive);
    sandbox = await startSandbox({ runtime: 'runc', imageArchives: [archive] });
    env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
    cluster = await openCluster({}, { ...realWorld(), env });
    for (let index = 0; index < PODS; index += 1) {
      const container = { name: 'app', image: 'busybox', command: ['sleep', '3600'] };
      const spec = { terminationGracePeriodSeconds: 0, containers: [container] };
      const body: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `web-${index}` }, spec };
      await cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
    }
    await until('/api/v1/namespaces/default/pods', async () => {
      const { items } = await cluster.request<{ items: Pod[] }>({
        method: 'GET',
        path: '/api/v1/namespaces/default/pods',
      });
      return items.every(({ status }) => status?.phase === 'Running');
    });
  });
  after(async () => {
    await cluster?.close();
    await sandbox?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Checks a condition after each change of a collection until it is true. */
  async function until(path: string, holds: () => Promise<boolean>): Promise<void> {
    const signal = AbortSignal.timeout(90_000);
    for await (const _ of cluster.watch<Pod>({ path, resourceVersion: '', signal }))
      if (await holds()) return;
    throw new Error(`${path}: the condition did not become true`);
  }

  test('each pod is in exactly one shard, and the shards merge to one report', async () => {
    for (const document of loadAll(await readFile(MANIFEST, 'utf8'))) {
      const object = document as { kind: string };
      const body = object.kind === 'Job' ? onThisNode(object as unknown as Job) : object;
      await cluster.request({ method: 'POST', path: PATHS[object.kind] ?? '', body });
    }
    const pods = '/api/v1/namespaces/audit/pods';
    let workers: Pod[] = [];
    await until(pods, async () => {
      ({ items: workers } = await cluster.request<{ items: Pod[] }>({ method: 'GET', path: pods }));
      const ended = workers.filter(({ status }) => /Succeeded|Failed/.test(status?.phase ?? ''));
      return ended.length === 4;
    });
    const files: string[] = [];
    for (const { metadata, status } of workers) {
      const log = await read(`${pods}/${metadata?.name}/log`);
      // A shard may be empty.
      const code = status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? -1;
      assert.ok(code === 0 || code === 3, `${code}: ${log}`);
      files.push(join(directory, `${metadata?.name}.json`));
      await writeFile(files.at(-1) ?? '', log);
    }
    const merged = join(directory, 'merged.json');
    const { code, stderr } = await runDbg(['report', 'merge', ...files, '-o', `json=${merged}`], { env });
    assert.equal(code, 0, stderr);
    const { results, summary } = JSON.parse(await readFile(merged, 'utf8')) as Report;
    const ran = results.filter(({ class: result }) => result === 'passed');
    assert.deepEqual(
      new Set(ran.map(({ pod, output }) => `${pod}: ${output}`)),
      new Set(Array.from({ length: PODS }, (_, index) => `web-${index}: 0\nweb-${index}\n`)),
    );
    assert.equal(ran.length, PODS, 'each once');
    assert.equal(summary.passed, PODS);
  });

  async function read(path: string): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const part of await cluster.stream({ method: 'GET', path })) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }

  /** Pods of the sandbox can only reach its API server with hostNetwork. */
  function onThisNode(job: Job): Job {
    const { port } = new URL(sandbox.url);
    const spec = job.spec?.template.spec;
    const [worker] = spec?.containers ?? [];
    if (spec === undefined || worker === undefined) throw new Error('the manifest has no worker');
    spec.hostNetwork = true;
    worker.env = [
      { name: 'KUBERNETES_SERVICE_HOST', value: '127.0.0.1' },
      { name: 'KUBERNETES_SERVICE_PORT', value: port },
    ];
    return job;
  }
});
