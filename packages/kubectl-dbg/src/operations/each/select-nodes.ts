import type { Node } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { SelectedPods } from './candidates.ts';
import { chooseTargets } from './choose-targets.ts';
import { targetOfNode } from './plan-target.ts';
import type { EachRequest } from './request.ts';

/** The nodes of a selection; their pods are all created in the one namespace. */
export async function selectNodes(
  cluster: Cluster,
  { selection, debug }: EachRequest,
  signal: AbortSignal,
): Promise<SelectedPods> {
  const { labelSelector, fieldSelector, uids } = selection;
  const query = { labelSelector, fieldSelector };
  const { items } = await cluster.request<{ items: Node[] }>({
    method: 'GET',
    path: apiPaths.nodes(),
    query,
    signal,
  });
  const nodes = items.filter(({ metadata }) => uids === undefined || uids.has(metadata?.uid ?? ''));
  const { targets, skipped } = chooseTargets(
    nodes.map((node) => targetOfNode(node, debug.toNamespace ?? cluster.namespace)),
    { ...selection, onePerOwner: false },
  );
  return { targets, skipped, follow: () => undefined, ended: new Promise(() => undefined) };
}
