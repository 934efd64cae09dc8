import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { readOwnership } from '../../model/ownership.ts';
import type { TargetWord } from '../../targets/index.ts';
import { listPods } from '../../targets/list-pods.ts';
import { targetPodUids } from '../../targets/list-target-pods.ts';
import { sessionsOf } from './recognise.ts';

/** A selection of debug sessions. */
export interface SessionSelection {
  /** Undefined: all namespaces. */
  namespace: string | undefined;
  /** Labels of the pods. */
  labelSelector?: string | undefined;
  /** Those in a pod, in the pods of a workload or on a node, including copies of these pods. */
  target?: TargetWord | undefined;
}

/** A pod with debug sessions. */
export interface SessionPod {
  pod: Pod;
  sessions: DebugSession[];
}

/** The requests of a selection. */
export interface SessionQuery {
  path: string;
  query: { labelSelector: string | undefined; fieldSelector: string | undefined };
  /** The condition that the server can't select by. */
  readonly matches: (pod: Pod) => boolean;
}

/** All pods of a selection that have debug sessions: a list, page by page. Throws ApiStatusError, DbgError. */
export async function listSessionPods(
  cluster: Pick<Cluster, 'request' | 'namespace'>,
  selection: SessionSelection,
  signal: AbortSignal,
): Promise<SessionPod[]> {
  const { path, query, matches } = await sessionQuery(cluster, selection, signal);
  const found: SessionPod[] = [];
  for await (const pod of listPods(cluster, path, query, signal)) {
    const sessions = matches(pod) ? sessionsOf(pod) : [];
    if (sessions.length > 0) found.push({ pod, sessions });
  }
  return found;
}

/** The requests of a selection; resolves its target. */
export async function sessionQuery(
  cluster: Pick<Cluster, 'request' | 'namespace'>,
  { namespace, labelSelector, target }: SessionSelection,
  signal: AbortSignal,
): Promise<SessionQuery> {
  const path = apiPaths.pods(namespace);
  const query = { labelSelector, fieldSelector: undefined };
  if (target === undefined) return { path, query, matches: () => true };
  if (target.kind === 'Node') {
    await cluster.request({ method: 'GET', path: target.path(''), signal });
    return { path, query: { ...query, fieldSelector: `spec.nodeName=${target.name}` }, matches: () => true };
  }
  const uids = new Set(await targetPodUids(cluster, target, namespace ?? cluster.namespace, signal));
  return {
    path,
    query,
    matches: (pod) =>
      uids.has(pod.metadata?.uid ?? '') || uids.has(readOwnership(pod)?.source?.uid ?? '(none)'),
  };
}
