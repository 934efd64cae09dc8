import { ObjectView } from '../view/object-view.ts';
import type { PodView } from '../view/pod-view.ts';
import { isHistory } from './history.ts';
import { type Hit, matchRules, withoutYielding } from './hit.ts';

/**
 * The problems of one pod. The lowest level with a fault is the cause, for the pod and for each container; later ones are
 * kept as its effects.
 */
export function judgePod(pod: PodView): Hit[] {
  if (pod.phase === 'Succeeded' || isHistory(pod)) return [];
  const hits = withoutYielding([
    ...matchRules('pod', pod, pod.ref),
    ...pod.containers.flatMap((container) =>
      matchRules('container', container, pod.ref, container.name).map((hit) =>
        // A failed debug container breaks nothing.
        container.kind === 'ephemeral' ? { ...hit, severity: 'note' as const } : hit,
      ),
    ),
    ...claimHits(pod),
  ]);
  // For a pod that is being deleted, only the reason why it still exists is relevant.
  const relevant = pod.isDeleting ? hits.filter(({ rule }) => rule.level <= 3) : hits;
  return explainEffects(relevant);
}

/** Claims without which a pod cannot start. */
function claimHits(pod: PodView): Hit[] {
  if (pod.isScheduled && !pod.isWaitingForNode) return [];
  const names = (pod.pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral === undefined ? [] : [`${pod.name}-${volume.name}`];
  });
  return (
    (pod.evidence.claims ?? [])
      .filter(({ metadata }) => names.includes(metadata?.name ?? ''))
      .map((claim) => new ObjectView('PersistentVolumeClaim', claim, pod.evidence))
      .flatMap((view) => matchRules('claim', view, view.ref))
      // A claim that waits for its pod is normal, and says nothing about the pod.
      .filter(({ severity }) => severity !== 'note')
  );
}

/** Puts causes first and links the others to them. */
export function explainEffects(hits: readonly Hit[]): Hit[] {
  const faults = hits.filter(({ severity }) => severity === 'fault');
  const whole = Math.min(
    ...faults.filter(({ container }) => container === undefined).map(({ rule }) => rule.level),
  );
  const first = (container: string | undefined) =>
    Math.min(...faults.filter((hit) => hit.container === container).map(({ rule }) => rule.level));
  const isCause = ({ rule, container }: Hit) =>
    rule.level <= whole && (container === undefined || rule.level === first(container));
  const causes = faults.filter(isCause);
  const explainedBy = (hit: Hit) => {
    const own = causes.filter(({ container }) => container === undefined || container === hit.container);
    return [...new Set((own.length > 0 ? own : causes).map(({ rule }) => rule.id))];
  };
  return hits.flatMap((hit) => {
    if (causes.includes(hit)) return [hit];
    if (hit.severity === 'fault' || hit.severity === 'effect') {
      return [{ ...hit, becauseOf: explainedBy(hit).filter((id) => id !== hit.rule.id) }];
    }
    // "Unknown" adds nothing once something is known.
    const known = hits.some(({ severity }) => severity === 'fault' || severity === 'effect');
    if (hit.severity !== 'unknown') return [hit];
    if (known) return [];
    const alone = hits.every((other) => other === hit || other.severity === 'note');
    return [hit.match.certain === true && alone ? { ...hit, severity: 'fault' } : hit];
  });
}
