import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { FailureCode } from '../../model/failures/index.ts';
import type { Outcome } from '../../model/outcome.ts';

/** Failures about which more is known here than the pod shows. */
const OWN_WORDS: ReadonlySet<FailureCode> = new Set([
  'PodDeleted',
  'TargetGone',
  'CopyCrashed',
  'NodeNotFound',
  'NodeUnreachable',
  'NodeNotReady',
]);

/**
 * The same outcome, with the message of the doctor's rules for a container that never started. They are loaded only when
 * something is wrong.
 */
export async function inDoctorsWords(outcome: Outcome, pod: Pod, container: string): Promise<Outcome> {
  if (outcome.kind !== 'never-started' || OWN_WORDS.has(outcome.failure.code)) return outcome;
  const { explainContainer } = await import('../../doctor/explain-container.ts');
  const explanation = explainContainer(pod, container, outcome, Date.now());
  return explanation === undefined ? outcome : { ...outcome, message: explanation.words };
}
