import { podRefusal } from '../refusal.ts';
import { asPod, type PodSpec } from '../../resources/pods/types.ts';
import type { WriteContext } from '../../resources/rules.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import {
  describeLevel,
  describeViolations,
  levelOf,
  type LevelVersion,
  type PodSecurityMode,
  violationsOf,
} from './policy.ts';
import type { CheckedPod, Violation } from './types.ts';

type Labels = Readonly<Record<string, string>>;

function namespaceLabels(object: KubeObject, context: WriteContext): Labels {
  const namespace = context.store.get('namespaces', undefined, object.metadata.namespace ?? '');
  return namespace?.metadata.labels ?? {};
}

interface PodTemplate {
  metadata?: { annotations?: unknown };
  spec?: PodSpec;
}

export function checked({ metadata, spec }: PodTemplate): CheckedPod {
  return { annotations: (metadata?.annotations ?? {}) as Labels, spec: spec ?? {} };
}

interface Verdict {
  level: LevelVersion;
  violations: Violation[];
}

function judge(pod: CheckedPod, labels: Labels, mode: PodSecurityMode): Verdict {
  const level = levelOf(labels, mode);
  return { level, violations: violationsOf(pod, level) };
}

function warnOf(pod: CheckedPod, labels: Labels, context: WriteContext): void {
  const { level, violations } = judge(pod, labels, 'warn');
  if (violations.length === 0) return;
  context.warn(`would violate PodSecurity "${describeLevel(level)}": ${describeViolations(violations)}`);
}

/**
 * Refuses a pod that violates the enforced level of its namespace, and warns about violations of the warn level. Updates
 * are only checked if they add an ephemeral container: nothing else about a pod's security can change.
 */
export function admitPodSecurity(
  object: KubeObject,
  old: KubeObject | undefined,
  context: WriteContext,
): void {
  if (old !== undefined && !addsEphemeralContainer(object, old)) return;
  const labels = namespaceLabels(object, context);
  const pod = checked(asPod(object));
  const { level, violations } = judge(pod, labels, 'enforce');
  if (violations.length > 0) {
    const reason = `violates PodSecurity "${describeLevel(level)}": ${describeViolations(violations)}`;
    throw podRefusal(object, reason);
  }
  warnOf(pod, labels, context);
}

function addsEphemeralContainer(object: KubeObject, old: KubeObject): boolean {
  const known = new Set((asPod(old).spec.ephemeralContainers ?? []).map(({ name }) => name));
  return (asPod(object).spec.ephemeralContainers ?? []).some(({ name }) => !known.has(name));
}

/** Warns about a pod template whose pods would be refused; the workload itself is admitted. */
export function warnPodTemplate(
  object: KubeObject,
  template: PodTemplate | undefined,
  context: WriteContext,
): void {
  if (template !== undefined) warnOf(checked(template), namespaceLabels(object, context), context);
}
