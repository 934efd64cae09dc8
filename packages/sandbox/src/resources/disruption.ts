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

/** The status of a budget. Source: PodDisruptionBudgetStatus of policy/v1. */
export interface Disruption {
  expectedPods: number;
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
}

const RESOURCE = 'poddisruptionbudgets.policy';
const WHOLE = 100;
/** Scalable controllers by kind; their replicas determine the expected number of pods. */
const SCALED: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicationController: 'replicationcontrollers',
};

/** The budgets that select a pod. */
export function budgetsOf(store: Store, pod: KubeObject): DisruptionBudget[] {
  const { namespace, labels } = pod.metadata;
  return store
    .list<DisruptionBudget>(RESOURCE, namespace)
    .filter(({ spec }) => selectorMatches(spec?.selector, labels));
}

/** A budget's numbers of pods: expected, healthy, desired healthy, and allowed disruptions. */
export function disruptionOf(store: Store, { metadata, spec = {} }: DisruptionBudget): Disruption {
  const pods = store
    .list('pods', metadata.namespace)
    .filter((pod) => selectorMatches(spec.selector, pod.metadata.labels))
    .map((pod) => asPod(pod))
    .filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed');
  const currentHealthy = pods.filter(isHealthy).length;
  const { minAvailable, maxUnavailable } = spec;
  // An absolute minAvailable refers to the existing pods, everything else to the expected ones.
  const isCount = typeof minAvailable === 'number';
  const expectedPods = isCount ? pods.length : expectedCount(store, pods);
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

/** The sum of the replicas of the pods' controllers; a pod without a controller counts as one. */
function expectedCount(store: Store, pods: readonly PodObject[]): number {
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
