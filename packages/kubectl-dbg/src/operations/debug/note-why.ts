import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { timeoutSignal } from '../../base/timer.ts';
import type { Plan } from '../../model/plan.ts';
import { ownershipOf, type WritePlanOptions } from './write-plan.ts';

/** Time limit for recording a reason, in ms. */
const NOTE_MS = 10_000;

/**
 * Records the reason of an ephemeral container, if there is one. Only the end of the command waits for it. Never rejects.
 */
export async function noteWhy(plan: Plan, pod: Pod, options: WritePlanOptions): Promise<void> {
  const { cluster, why, who, on, signal } = options;
  if (why === undefined || plan.workflow !== 'ephemeral' || plan.session === undefined) return;
  try {
    const { noteSession } = await import('./note-session.ts');
    const ownership = ownershipOf(plan, options, await who);
    const limit = AbortSignal.any([signal, timeoutSignal(NOTE_MS)]);
    await noteSession(cluster, pod, plan.session.address, ownership, limit);
  } catch (error) {
    const text = `the reason could not be recorded on the pod: ${(error as Error).message}`;
    if (!signal.aborted) on({ kind: 'warning', code: 'not-noted', text });
  }
}
