import type { JobCondition } from '../../resources/workloads/types.ts';

/** The condition for a Job that was suspended or resumed; undefined if nothing has changed. */
export function suspensionChange(
  conditions: readonly JobCondition[],
  suspended: boolean,
  time: string,
): JobCondition | undefined {
  const status = suspended ? 'True' : 'False';
  const last = conditions.find(({ type }) => type === 'Suspended')?.status ?? 'False';
  if (last === status) return undefined;
  return {
    type: 'Suspended',
    status,
    lastProbeTime: time,
    lastTransitionTime: time,
    ...(suspended
      ? { reason: 'JobSuspended', message: 'Job suspended' }
      : { reason: 'JobResumed', message: 'Job resumed' }),
  };
}
