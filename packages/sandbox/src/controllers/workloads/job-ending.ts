import type { PodObject } from '../../resources/pods/types.ts';
import type { JobCondition, JobObject } from '../../resources/workloads/types.ts';
import { failedIndexes } from './job-indexes.ts';
import { hasEnded, isActive, isTerminating } from './owned-pods.ts';

/** The first back-off before a failed pod is replaced; it doubles up to the maximum. */
const FIRST_BACK_OFF_MS = 10_000;
const MAX_BACK_OFF_MS = 600_000;

/** How a Job ended. */
export interface Ending {
  succeeded: boolean;
  reason: string;
  message: string;
}

/** How a Job has ended; undefined if it has not. */
export function endOf(
  job: JobObject,
  pods: readonly PodObject[],
  tally: Tally,
  now: Date,
): Ending | undefined {
  const { completions, backoffLimit = 0, activeDeadlineSeconds } = job.spec;
  const done =
    completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= completions;
  if (done) {
    return {
      succeeded: true,
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  }
  const given = failedIndexes(job, pods).size;
  if (given > 0 && tally.active.length === 0 && tally.succeeded + given >= (completions ?? 0)) {
    return { succeeded: false, reason: 'FailedIndexes', message: 'Job has failed indexes' };
  }
  const restarts = pods
    .flatMap((pod) => pod.status.containerStatuses ?? [])
    .reduce((total, status) => total + status.restartCount, 0);
  const onFailure = job.spec.template?.spec?.restartPolicy === 'OnFailure';
  if (
    (job.spec.backoffLimitPerIndex === undefined && tally.failed > backoffLimit) ||
    (onFailure && restarts > 0 && restarts >= backoffLimit)
  ) {
    return {
      succeeded: false,
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const started = job.status?.startTime;
  if (activeDeadlineSeconds === undefined || started === undefined) return undefined;
  if (now.getTime() < Date.parse(started) + activeDeadlineSeconds * 1000) return undefined;
  return {
    succeeded: false,
    reason: 'DeadlineExceeded',
    message: 'Job was active longer than specified deadline',
  };
}

/** Time until the next pod may be created after failures, in ms. */
export function backOff(pods: readonly PodObject[], now: Date): number {
  const failed = pods.filter((pod) => pod.status.phase === 'Failed');
  if (failed.length === 0) return 0;
  const ends = failed
    .flatMap((pod) => pod.status.containerStatuses ?? [])
    .map((status) => Date.parse(status.state?.terminated?.finishedAt ?? ''))
    .filter((time) => !Number.isNaN(time));
  if (ends.length === 0) return 0;
  const delay = Math.min(FIRST_BACK_OFF_MS * 2 ** (failed.length - 1), MAX_BACK_OFF_MS);
  return Math.max(0, Math.max(...ends) + delay - now.getTime());
}

/** The pods of a Job by outcome. */
export interface Tally {
  active: PodObject[];
  succeeded: number;
  failed: number;
  terminating: number;
}

/** Counts the pods of a Job. */
export function tallyOf(pods: readonly PodObject[]): Tally {
  return {
    active: pods.filter(isActive),
    succeeded: pods.filter((pod) => pod.status.phase === 'Succeeded').length,
    failed: pods.filter((pod) => pod.status.phase === 'Failed').length,
    terminating: pods.filter((pod) => isTerminating(pod) && !hasEnded(pod)).length,
  };
}

/** The conditions of a finished Job. */
export function endingConditions(ending: Ending | undefined, time: string): JobCondition[] {
  if (ending === undefined) return [];
  const types = ending.succeeded ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
  return types.map((type) => ({
    type,
    status: 'True',
    lastProbeTime: time,
    lastTransitionTime: time,
    reason: ending.reason,
    message: ending.message,
  }));
}
