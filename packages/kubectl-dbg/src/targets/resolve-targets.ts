import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError, isMissing } from '../cluster/index.ts';
import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';
import type { Notice } from '../model/plan.ts';
import { listPods } from './list-pods.ts';
import { choosePod, type Workload } from './workload.ts';
import { workloadSelector } from './workload-selector.ts';
import { type ManifestObject, manifestNamespace } from './manifest.ts';
import type { TargetWord } from './parse-target.ts';

/** A target: a pod or a node as the server (or a manifest) has it. */
export interface ResolvedTarget {
  target: { kind: 'pod'; pod: Pod } | { kind: 'node'; node: Node };
  notices: Notice[];
}

/** Fetches the object of a target argument; for a workload one of its pods is selected. */
export async function fetchTarget(
  cluster: Cluster,
  word: TargetWord,
  signal: AbortSignal,
): Promise<ResolvedTarget> {
  const { namespace } = cluster;
  const found = await get<Pod & Node & Workload>(cluster, word.path(namespace), signal);
  if (word.kind === 'Pod') return podTarget(found);
  if (word.kind === 'Node') return { target: { kind: 'node', node: found }, notices: [] };
  return await targetOfWorkload(cluster, word, found, namespace, signal);
}

/** The object of a manifest, unchanged; for a workload a pod is read from the cluster. */
export async function manifestTarget(
  cluster: Cluster,
  entry: ManifestObject,
  word: TargetWord,
  namespaceWritten: boolean,
  signal: AbortSignal,
): Promise<ResolvedTarget> {
  if (entry.kind === 'Node') return { target: { kind: 'node', node: entry.object as Node }, notices: [] };
  const namespace = manifestNamespace(entry, cluster.namespace, namespaceWritten);
  if (entry.kind === 'Pod') {
    const pod = entry.object as Pod;
    return podTarget({ ...pod, metadata: { ...pod.metadata, namespace } });
  }
  const workload = await get<Workload>(cluster, word.path(namespace), signal);
  return await targetOfWorkload(cluster, word, workload, namespace, signal);
}

/** Every pod with these labels that has not terminated, page by page; in all namespaces if `namespace` is undefined. */
export async function selectTargets(
  cluster: Cluster,
  labelSelector: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ResolvedTarget[]> {
  const pods = (await podsLike(cluster, labelSelector, namespace, signal)).filter(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === 'Running',
  );
  if (pods.length === 0) {
    const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
    throw new DbgError(
      'notFound',
      'NoPodSelected',
      `no running pod in ${where} has the labels ${labelSelector}`,
      { labelSelector, ...(namespace === undefined ? {} : { namespace }) },
    );
  }
  return pods.map((pod) => podTarget(pod));
}

async function targetOfWorkload(
  cluster: Cluster,
  word: TargetWord,
  found: Workload,
  namespace: string,
  signal: AbortSignal,
): Promise<ResolvedTarget> {
  const selector = await workloadSelector(cluster, word, found, namespace, signal);
  const { kind, workload, labelSelector } = selector;
  const pods = await podsLike(cluster, labelSelector, namespace, signal);
  const { pod, notice } = choosePod({ ...word, kind }, workload, pods);
  const target = podTarget(pod);
  return { ...target, notices: [notice, ...target.notices] };
}

async function podsLike(
  cluster: Cluster,
  labelSelector: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Pod[]> {
  const pods: Pod[] = [];
  for await (const pod of listPods(cluster, apiPaths.pods(namespace), { labelSelector }, signal)) {
    // Items of a list have neither kind nor apiVersion.
    pods.push({ ...pod, apiVersion: 'v1', kind: 'Pod' });
  }
  return pods;
}

function podTarget(pod: Pod): ResolvedTarget {
  return { target: { kind: 'pod', pod }, notices: [] };
}

/** GETs an object; if it does not exist because its namespace does not, the error says so. */
async function get<T>(cluster: Cluster, path: string, signal: AbortSignal): Promise<T> {
  try {
    return await cluster.request<T>({ method: 'GET', path, signal });
  } catch (error) {
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    if (!isMissing(error)) throw error;
    if (namespace === undefined || namespace === 'default') throw error;
    const missing = await cluster
      .request({ method: 'GET', path: apiPaths.namespace(decodeURIComponent(namespace)), signal })
      .then(() => undefined)
      .catch((reason: unknown) => reason);
    if (missing instanceof ApiStatusError && isMissing(missing)) throw explainApiError(missing);
    throw error;
  }
}
