import type { Node, Toleration } from 'kubernetes-types/core/v1.d.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import type { WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { matchesSelector } from '../../resources/nodes/node-fit.ts';
import { podFromTemplate } from './owned-pods.ts';

export type NodeObject = Node & KubeObject;

/** Tolerations of all daemon pods. */
const TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

const HOST_NETWORK_TOLERATION: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

/** The tolerations of a DaemonSet's pods: the template's and those of all daemon pods. */
export function tolerationsOf(set: WorkloadObject): Toleration[] {
  const spec = set.spec.template?.spec;
  const own = spec?.tolerations ?? [];
  const more = spec?.hostNetwork === true ? [...TOLERATIONS, HOST_NETWORK_TOLERATION] : TOLERATIONS;
  const lacking = more.filter(
    (one) => !own.some((other) => other.key === one.key && other.effect === one.effect),
  );
  return [...own, ...lacking];
}

/** Whether the pods of a DaemonSet fit on a node, according to node selector and taints. */
export function fits(node: NodeObject, set: WorkloadObject): boolean {
  const pod = podFromTemplate(set.spec.template, set);
  const tolerations = tolerationsOf(set);
  const repelled = (node.spec?.taints ?? []).some(
    (taint) =>
      taint.effect !== 'PreferNoSchedule' &&
      !tolerations.some(
        (one) =>
          (one.key === undefined || one.key === taint.key) &&
          (one.effect === undefined || one.effect === taint.effect) &&
          (one.operator === 'Exists' || (one.value ?? '') === (taint.value ?? '')),
      ),
  );
  return !repelled && matchesSelector(node, pod as unknown as Parameters<typeof matchesSelector>[1]);
}

/** The node that a pod is bound to, or that its affinity names. */
export function nodeOf(pod: PodObject): string {
  const wanted =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]
      ?.matchFields?.[0]?.values?.[0];
  return pod.spec.nodeName ?? wanted ?? '';
}
