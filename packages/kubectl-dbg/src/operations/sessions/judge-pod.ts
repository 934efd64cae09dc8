import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { readDebugPod } from './debug-pod.ts';
import { text } from './read-fields.ts';

/** What a clean-up deletes. Without `olderThan` and `finished`: expired and terminated pods. */
export interface CleanCriteria {
  /** Milliseconds: only pods at least this old, running or not. */
  olderThan?: number | undefined;
  /** Only terminated pods. */
  finished?: boolean | undefined;
  /** Also pods that other tools marked as debug pods. */
  foreign?: boolean | undefined;
}

/** What to do with a debug pod, and why. */
export interface CleanVerdict {
  remove: boolean;
  /** A few words: `expired`, `ended`, `old enough`; or why it is kept. */
  why: string;
  /** Another tool created it, and such pods are to be kept. */
  foreign?: true;
}

/**
 * Whether a clean-up deletes a pod: only if it has the mark of kubectl-dbg for this very pod, or with `foreign` the label
 * or annotation of kubectl or oc; never if a workload owns it, if it replaced another pod, or if only its name looks like
 * a debug pod. Undefined if nothing indicates a debug pod.
 *
 * @param session the debug session that the pod was made for
 * @param now milliseconds since the epoch
 */
export function judgePod(
  pod: Pod,
  session: DebugSession,
  { olderThan, finished = false, foreign = false }: CleanCriteria,
  now: number,
): CleanVerdict | undefined {
  const made = readDebugPod(pod);
  if (made === undefined) return undefined;
  const stays = (why: string): CleanVerdict => ({ remove: false, why });
  const { uid, resourceVersion, deletionTimestamp } = pod.metadata ?? {};
  if (made.evidence === 'looks') return stays('only its names suggest that it was created for debugging');
  if (made.evidence === 'tool' && !foreign) return { ...stays(`made by ${made.tool}`), foreign: true };
  if (made.mark?.replaces === true) return stays('it replaces the original pod');
  if (text(uid) === undefined || text(resourceVersion) === undefined) return stays('it has no uid');
  if (deletionTimestamp !== undefined) return stays('it is being deleted');

  const isEnded = hasEnded(pod, session, made.mark?.kept === true);
  const expires = Date.parse(session.expires ?? '');
  const isExpired = expires <= now;
  const age = now - Date.parse(text(pod.metadata?.creationTimestamp) ?? '');
  if (olderThan !== undefined && !(age >= olderThan)) return stays('it is not old enough');
  if (finished && !isEnded) return stays('it runs');
  if (isExpired) return { remove: true, why: 'expired' };
  if (isEnded) return { remove: true, why: 'ended' };
  return olderThan === undefined ? stays('it runs') : { remove: true, why: 'old enough' };
}

/** The pod has terminated, or its debug container for good, unless the pod was to be kept after that. */
function hasEnded({ spec, status }: Pod, { state }: DebugSession, kept: boolean): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  return !kept && state === 'ended' && spec?.restartPolicy === 'Never';
}
