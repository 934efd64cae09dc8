import type { Node, NodeSelectorTerm, Pod, Taint } from 'kubernetes-types/core/v1.d.ts';
import { quantityValue, addQuantities, compareQuantities } from '../resources/quantity.ts';
import type { KubeObject } from '../store/types.ts';
import { type NodeUsage, requestsOf } from './node-usage.ts';

const SELECTOR_REASON = "node(s) didn't match Pod's node affinity/selector";

/** Why a node does not take a pod, in the scheduler's words; empty if it does. */
export function unfitReasons(usage: NodeUsage, node: Node & KubeObject, pod: Pod & KubeObject): string[] {
  if (node.spec?.unschedulable === true && !toleratesUnschedulable(pod))
    return ['node(s) were unschedulable'];
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect !== 'PreferNoSchedule' && !tolerates(pod, one),
  );
  if (taint !== undefined) {
    return [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`];
  }
  if (!matchesSelector(node, pod)) return [SELECTOR_REASON];
  return insufficientResources(usage, node, pod);
}

/** Whether a pod's node selector and required node affinity match; the kubelet asks the same. */
export function matchesSelector(node: Node & KubeObject, pod: Pod & KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = pod.spec?.nodeSelector ?? {};
  if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return required.nodeSelectorTerms.some((term) => matchesTerm(node, term));
}

function matchesTerm(node: Node & KubeObject, term: NodeSelectorTerm): boolean {
  const labels = node.metadata.labels ?? {};
  const fields: Record<string, string> = { 'metadata.name': node.metadata.name ?? '' };
  const expressions = term.matchExpressions ?? [];
  const fieldExpressions = term.matchFields ?? [];
  if (expressions.length === 0 && fieldExpressions.length === 0) return false;
  return (
    expressions.every(({ key, operator, values = [] }) => matchesValue(labels[key], operator, values)) &&
    fieldExpressions.every(({ key, operator, values = [] }) => matchesValue(fields[key], operator, values))
  );
}

function matchesValue(value: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates({ spec }: Pod, taint: Taint): boolean {
  return (spec?.tolerations ?? []).some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
    if (operator === 'Exists') return key === undefined || key === '' || key === taint.key;
    return key === taint.key && value === (taint.value ?? '');
  });
}

function toleratesUnschedulable(pod: Pod): boolean {
  return tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
}

function insufficientResources(usage: NodeUsage, node: Node & KubeObject, pod: Pod & KubeObject): string[] {
  const allocatable = (node.status?.allocatable ?? {}) as Record<string, string>;
  const name = node.metadata.name ?? '';
  const reasons: string[] = [];
  if (quantityValue(allocatable['pods'] ?? '110') <= BigInt(usage.pods(name))) reasons.push('Too many pods');
  for (const [resource, wanted] of Object.entries(requestsOf(pod))) {
    const total = addQuantities(usage.requested(name, resource), wanted);
    if (compareQuantities(total, allocatable[resource] ?? '0') > 0) reasons.push(`Insufficient ${resource}`);
  }
  return reasons;
}
