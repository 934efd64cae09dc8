import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import { collectionPath } from '../kinds.ts';
import type { Reader } from '../reader.ts';
import type { Parts } from './parts.ts';
import { claimList, events, serviceList, sliceList, workloadLists } from './lists.ts';

export async function readNamespace(
  reader: Reader,
  namespace: string | undefined,
  labelSelector: string | undefined,
): Promise<Parts> {
  const selection = labelSelector === undefined ? {} : { labelSelector };
  const pods = await reader.list<Pod>('pods', collectionPath('Pod', namespace), selection, 'Pod', true);
  const troubled = (pods ?? []).some(
    ({ status }) =>
      status?.phase === 'Pending' ||
      status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'False'),
  );
  const whole = labelSelector === undefined;
  const [occurrences, workloads, services, slices, claims, ingresses, autoscalers, budgets, nodes] =
    await Promise.all([
      events(reader, namespace),
      workloadLists(reader, namespace),
      serviceList(reader, namespace),
      sliceList(reader, namespace),
      claimList(reader, namespace),
      whole ? reader.list<Ingress>('ingresses', collectionPath('Ingress', namespace)) : undefined,
      whole
        ? reader.list<HorizontalPodAutoscaler>(
            'horizontalpodautoscalers',
            collectionPath('HorizontalPodAutoscaler', namespace),
          )
        : undefined,
      whole
        ? reader.list<PodDisruptionBudget>(
            'poddisruptionbudgets',
            collectionPath('PodDisruptionBudget', namespace),
          )
        : undefined,
      troubled ? reader.list<Node>('nodes', collectionPath('Node', undefined)) : undefined,
    ]);
  return {
    pods,
    events: occurrences,
    workloads,
    services,
    slices,
    claims,
    ingresses,
    autoscalers,
    budgets,
    nodes,
  };
}
