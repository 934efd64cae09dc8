import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { PodView } from '../view/pod-view.ts';

/**
 * Whether a pod's failure is obsolete: a later try of its Job succeeded, or a later Job of its CronJob did. Retries are
 * the purpose of Jobs.
 */
export function isHistory(pod: PodView): boolean {
  if (pod.phase !== 'Failed' || pod.owner?.kind !== 'Job') return false;
  const jobs = (pod.evidence.workloads ?? []).filter((workload): workload is Job => workload.kind === 'Job');
  const own = jobs.find(({ metadata }) => metadata?.uid === pod.owner?.uid);
  return own !== undefined && (isComplete(own) || isSuperseded(own, jobs));
}

/** Whether a later Job of the same CronJob has succeeded. */
export function isSuperseded(job: Job, jobs: readonly Job[]): boolean {
  const parent = job.metadata?.ownerReferences?.find(({ controller }) => controller === true)?.uid;
  const created = job.metadata?.creationTimestamp ?? '';
  return (
    parent !== undefined &&
    jobs.some(
      (other) =>
        isComplete(other) &&
        other.metadata?.ownerReferences?.some(({ uid }) => uid === parent) === true &&
        (other.metadata.creationTimestamp ?? '') > created,
    )
  );
}

function isComplete({ status }: Job): boolean {
  return (
    status?.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True') === true
  );
}
