import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';
import { selectorMatches } from '../machinery/selectors/label-selector.ts';
import { asPod, type PodObject } from './pods/types.ts';

type IntOrPercent = number | string;

export interface DisruptionBudget extends KubeObject {
  spec?: {
    selector?: LabelSelector;
    minAvailable?: IntOrPercent;
    maxUnavailable?: IntOrPercent;
    unhealthyPodEvictionPolicy?: string;
  };
  status?: Record<string, unknown>;
}

/** What a budget leaves. Source: PodDisruptionBudgetStatus of policy/v1. */
export interface Disruption {
  expectedPods: number;
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
}

const RESOURCE = 'poddisruptionbudgets.policy';
const WHOLE = 100;
/** Controllers whose wish for replicas says how many pods there should be, by their kind. */
const SCALED: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** The budgets that a pod falls under. */
export function budgetsOf(store: Store, pod: KubeObject): DisruptionBudget[] {
  const { namespace, labels } = pod.metadata;
  return store
    .list<DisruptionBudget>(RESOURCE, namespace)
    .filter(({ spec }) => selectorMatches(spec?.selector, labels));
}

/** How many pods of a budget there should be, are well, must be well, and may go. */
export function disruptionOf(store: Store, { metadata, spec = {} }: DisruptionBudget): Disruption {
  const pods = store
    .list('pods', metadata.namespace)
    .filter((pod) => selectorMatches(spec.selector, pod.metadata.labels))
    .map((pod) => asPod(pod))
    .filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed');
  const currentHealthy = pods.filter(isHealthy).length;
  const { minAvailable, maxUnavailable } = spec;
  // A number of pods that must stay is a number of those there are; shares are of those there should be.
  const isCount = typeof minAvailable === 'number';
  const expectedPods = isCount ? pods.length : wishedFor(store, pods);
  const desiredHealthy =
    maxUnavailable === undefined
      ? roundedUp(minAvailable ?? 0, expectedPods)
      : Math.max(0, expectedPods - roundedUp(maxUnavailable, expectedPods));
  const isMissed = expectedPods === 0 || currentHealthy < desiredHealthy;
  const disruptionsAllowed = isMissed ? 0 : currentHealthy - desiredHealthy;
  return { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
}

export function isHealthy(pod: PodObject): boolean {
  const isReady = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isReady === true && pod.metadata.deletionTimestamp === undefined;
}

/** The replicas that the pods' controllers ask for; a pod without one counts for itself. */
function wishedFor(store: Store, pods: readonly PodObject[]): number {
  const counted = new Set<string>();
  let total = 0;
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    const resource = SCALED[owner?.kind ?? ''];
    if (owner === undefined || resource === undefined) {
      total += 1;
    } else if (!counted.has(owner.uid)) {
      counted.add(owner.uid);
      const found = store.get<KubeObject & { spec?: { replicas?: number } }>(
        resource,
        metadata.namespace,
        owner.name,
      );
      total += found?.spec?.replicas ?? 1;
    }
  }
  return total;
}

function roundedUp(value: IntOrPercent, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / WHOLE);
}
