import { isDeepStrictEqual } from 'node:util';
import { invalidObject } from '../../machinery/field-errors.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { asPod } from '../../resources/pods/types.ts';
import type { WriteContext } from '../../resources/rules.ts';
import { checked } from './admission.ts';
import { describeLevel, isStricter, levelOf, validateLevels, violationsOf } from './policy.ts';

/** Refuses invalid levels, except those that the namespace already has. */
export function checkLevels(object: KubeObject, old: KubeObject | undefined): void {
  const errors = validateLevels(object.metadata.labels ?? {});
  if (errors.length === 0) return;
  if (old !== undefined && isDeepStrictEqual(errors, validateLevels(old.metadata.labels ?? {}))) return;
  throw invalidObject('', 'Namespace', object.metadata.name ?? '', errors);
}

/** Warns about existing pods in a namespace that violate its new, stricter level. */
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
