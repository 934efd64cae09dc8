import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../cluster/index.ts';
import { DbgError } from '../errors.ts';
import {
  choosePod,
  latestJob,
  type ManifestObject,
  manifestNamespace,
  type Notice,
  podSelector,
  type TargetWord,
  type Workload,
} from '../plan/index.ts';

/** What is to be debugged: a pod or a node as the server (or a manifest) has it. */
export interface Subject {
  target: { kind: 'pod'; pod: Pod } | { kind: 'node'; node: Node };
  notices: Notice[];
}

/** Pods that one answer of a list holds at most; the next page is asked for by its `continue` token. */
const PAGE = 500;

/** Fetches what a target word names; for a workload one of its pods is chosen. */
export async function fetchSubject(
  cluster: Cluster,
  word: TargetWord,
  signal: AbortSignal,
): Promise<Subject> {
  const { namespace } = cluster;
  const found = await get<Pod & Node & Workload>(cluster, word.path(namespace), signal);
  if (word.kind === 'Pod') return podSubject(found);
  if (word.kind === 'Node') return { target: { kind: 'node', node: found }, notices: [] };
  return await subjectOfWorkload(cluster, word, found, namespace, signal);
}

/** The object of a manifest as it stands there; a workload's pod is looked up in the cluster. */
export async function manifestSubject(
  cluster: Cluster,
  entry: ManifestObject,
  word: TargetWord,
  namespaceWritten: boolean,
  signal: AbortSignal,
): Promise<Subject> {
  if (entry.kind === 'Node') return { target: { kind: 'node', node: entry.object as Node }, notices: [] };
  const namespace = manifestNamespace(entry, cluster.namespace, namespaceWritten);
  if (entry.kind === 'Pod') {
    const pod = entry.object as Pod;
    return podSubject({ ...pod, metadata: { ...pod.metadata, namespace } });
  }
  const workload = await get<Workload>(cluster, word.path(namespace), signal);
  return await subjectOfWorkload(cluster, word, workload, namespace, signal);
}

/** Every pod with these labels that still runs, page by page; all namespaces if `namespace` is undefined. */
export async function selectSubjects(
  cluster: Cluster,
  labelSelector: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Subject[]> {
  const pods = (await listPods(cluster, labelSelector, namespace, signal)).filter(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === 'Running',
  );
  if (pods.length === 0) {
    const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
    throw new DbgError('notFound', `no running pod in ${where} has the labels ${labelSelector}`, {
      remedy: 'Check the labels with: kubectl get pods --show-labels',
    });
  }
  return pods.map((pod) => podSubject(pod));
}

async function subjectOfWorkload(
  cluster: Cluster,
  word: TargetWord,
  found: Workload,
  namespace: string,
  signal: AbortSignal,
): Promise<Subject> {
  let workload = found;
  if (word.kind === 'CronJob') {
    const path = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
    const jobs = await cluster.request<{ items: Workload[] }>({ method: 'GET', path, signal });
    workload = latestJob(found, jobs.items);
  }
  const kind = word.kind === 'CronJob' ? 'Job' : word.kind;
  const pods = await listPods(cluster, podSelector(kind, workload), namespace, signal);
  const { pod, notice } = choosePod({ ...word, kind }, workload, pods);
  const subject = podSubject(pod);
  return { ...subject, notices: [notice, ...subject.notices] };
}

interface PodPage {
  items: Pod[];
  metadata?: { continue?: string };
}

async function listPods(
  cluster: Cluster,
  labelSelector: string,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Pod[]> {
  const path =
    namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const pods: Pod[] = [];
  let next: string | undefined;
  do {
    const query = { labelSelector, limit: PAGE, continue: next };
    const page = await cluster.request<PodPage>({
      method: 'GET',
      path,
      query,
      signal,
    });
    // Items of a list carry neither kind nor apiVersion.
    pods.push(...page.items.map((pod): Pod => ({ ...pod, apiVersion: 'v1', kind: 'Pod' })));
    next = page.metadata?.continue;
  } while (next !== undefined && next !== '');
  return pods;
}

function podSubject(pod: Pod): Subject {
  return { target: { kind: 'pod', pod }, notices: [] };
}

/** GETs an object; if it is not there because its namespace is not, says that. */
async function get<T>(cluster: Cluster, path: string, signal: AbortSignal): Promise<T> {
  try {
    return await cluster.request<T>({ method: 'GET', path, signal });
  } catch (error) {
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    if (!(error instanceof ApiStatusError) || error.code !== 404) throw error;
    if (namespace === undefined || namespace === 'default') throw error;
    const missing = await cluster
      .request({ method: 'GET', path: `/api/v1/namespaces/${namespace}`, signal })
      .then(() => undefined)
      .catch((reason: unknown) => reason);
    if (missing instanceof ApiStatusError && missing.code === 404) throw explainApiError(missing);
    throw error;
  }
}
