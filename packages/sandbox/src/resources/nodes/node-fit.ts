import type { Node, NodeSelectorTerm, Pod, Taint } from 'kubernetes-types/core/v1.d.ts';
import { quantityValue, addQuantities, compareQuantities } from '../../machinery/quantity.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { hostPortsOf, portsCollide } from './host-ports.ts';
import { type NodeUsage, requestsOf } from './node-usage.ts';

const SELECTOR_REASON = "node(s) didn't match Pod's node affinity/selector";

const PORTS_REASON = "node(s) didn't have free ports for the requested pod ports";

/** Why a pod does not fit on a node. */
export interface Misfit {
  /** The scheduler's reasons; empty if the pod fits. */
  reasons: string[];
  /** Whether preemption could help. */
  preemptionMayHelp: boolean;
}

/** Applies the scheduler's filters in their order; the first that fails gives the reasons. */
export function misfit(usage: NodeUsage, node: Node & KubeObject, pod: Pod & KubeObject): Misfit {
  const never = (reason: string): Misfit => ({ reasons: [reason], preemptionMayHelp: false });
  if (node.spec?.unschedulable === true && !toleratesUnschedulable(pod)) {
    return never('node(s) were unschedulable');
  }
  const isTainted = (node.spec?.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint),
  );
  if (isTainted) return never('node(s) had untolerated taint(s)');
  if (!matchesSelector(node, pod)) return never(SELECTOR_REASON);
  if (portsCollide(hostPortsOf(pod), usage.hostPorts(node.metadata.name ?? ''))) {
    return { reasons: [PORTS_REASON], preemptionMayHelp: true };
  }
  return insufficientResources(usage, node, pod);
}

/** Whether a pod's node selector and required node affinity match. The kubelet checks the same. */
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

function insufficientResources(usage: NodeUsage, node: Node & KubeObject, pod: Pod & KubeObject): Misfit {
  const allocatable = (node.status?.allocatable ?? {}) as Record<string, string>;
  const name = node.metadata.name ?? '';
  const reasons: string[] = [];
  // Preemption can't help if the request exceeds the node's allocatable resources.
  let preemptionMayHelp = true;
  if (quantityValue(allocatable['pods'] ?? '110') <= BigInt(usage.pods(name))) reasons.push('Too many pods');
  for (const [resource, wanted] of Object.entries(requestsOf(pod))) {
    const has = allocatable[resource] ?? '0';
    if (compareQuantities(addQuantities(usage.requested(name, resource), wanted), has) <= 0) continue;
    reasons.push(`Insufficient ${resource}`);
    if (compareQuantities(wanted, has) > 0) preemptionMayHelp = false;
  }
  return { reasons, preemptionMayHelp };
}
