import { podRefusal } from '../../resources/admission/refusal.ts';
import { asPod, type PodSpec } from '../../resources/pods/types.ts';
import type { WriteContext } from '../../resources/rules.ts';
import type { KubeObject } from '../../store/types.ts';
import {
  describeLevel,
  describeViolations,
  isStricter,
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

function checked({ metadata, spec }: PodTemplate): CheckedPod {
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
 * Refuses a pod that its namespace's level forbids, and warns of what the warning level would forbid.
 * Of updates only those count that add an ephemeral container: nothing else about a pod's security can change.
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

/** Warns of a pod template whose pods would be forbidden; the workload itself is let through. */
export function warnPodTemplate(
  object: KubeObject,
  template: PodTemplate | undefined,
  context: WriteContext,
): void {
  if (template !== undefined) warnOf(checked(template), namespaceLabels(object, context), context);
}

/** Warns of the pods in a namespace that its new, stricter level forbids; they stay. */
export function warnExistingPods(object: KubeObject, old: KubeObject, context: WriteContext): void {
  const level = levelOf(object.metadata.labels ?? {}, 'enforce');
  const before = levelOf(old.metadata.labels ?? {}, 'enforce');
  if (describeLevel(level) === describeLevel(before) || !isStricter(level, { level: 'privileged' })) return;
  const namespace = object.metadata.name ?? '';
  const byReasons = new Map<string, string[]>();
  for (const pod of context.store.list('pods', namespace)) {
    const reasons = violationsOf(checked(asPod(pod)), level).map(({ reason }) => reason);
    if (reasons.length === 0) continue;
    const text = reasons.join(', ');
    byReasons.set(text, [...(byReasons.get(text) ?? []), pod.metadata.name ?? '']);
  }
  if (byReasons.size === 0) return;
  context.warn(
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${describeLevel(level)}"`,
  );
  const lines = [...byReasons].map(([reasons, [first = '', ...others]]) => {
    if (others.length === 0) return `${first}: ${reasons}`;
    return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'}): ${reasons}`;
  });
  for (const line of lines.sort()) context.warn(line);
}
