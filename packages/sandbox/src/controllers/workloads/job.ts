import { StatusError } from '../../machinery/status-error.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { asJob, type JobCondition, type JobObject, type JobStatus } from '../../resources/workloads/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, PODS, servedResource } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { startController } from './controller.ts';
import { backOff, type Ending, endingConditions, endOf, type Tally, tallyOf } from './job-ending.ts';
import { completedIndexes, waitingIndexes, withIndex } from './job-indexes.ts';
import { suspensionChange } from './job-suspension.ts';
import { claimPods, isReady, podFromTemplate } from './owned-pods.ts';

const COMPONENT = 'job-controller';
const JOBS = servedResource('batch', 'v1', 'jobs');
/** Runs Jobs: up to `parallelism` pods at a time, until `completions` have succeeded. Returns the stop function. */
export function startJobs(client: ControllerClient): () => void {
  return startController({
    client,
    resource: JOBS.key,
    kind: 'Job',
    owns: ['pods'],
    reconcile(object, requeueAfter) {
      reconcile(client, asJob(object), requeueAfter);
    },
  });
}

export function isFinished(job: JobObject): boolean {
  return (job.status?.conditions ?? []).some(
    (condition) =>
      (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

function reconcile(
  client: ControllerClient,
  job: JobObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const now = client.now();
  if (isFinished(job)) {
    expire(client, job, now, requeueAfter);
    return;
  }
  const pods = claimPods(client.store, job, job.spec.selector);
  const tally = tallyOf(pods);
  const ending = endOf(job, pods, tally, now);
  if (ending !== undefined) {
    for (const pod of tally.active) removePod(client, job, pod);
    // Pods that are stopped because their Job has failed also count as failed.
    const failed = tally.failed + (ending.succeeded ? 0 : tally.active.length);
    writeStatus(client, job, { ...tally, failed, active: [] }, ending);
    return;
  }
  if (job.metadata.deletionTimestamp !== undefined) return;
  if (job.spec.suspend === true) {
    for (const pod of tally.active) removePod(client, job, pod);
    writeStatus(client, job, { ...tally, active: [] }, undefined);
    return;
  }
  const wait = backOff(pods, now);
  if (wait > 0) requeueAfter(wait);
  else scale(client, job, pods, tally);
  const deadline = job.spec.activeDeadlineSeconds;
  if (deadline !== undefined) {
    const started = Date.parse(job.status?.startTime ?? timestamp(now));
    requeueAfter(Math.max(0, started + deadline * 1000 - now.getTime()) + 1);
  }
  writeStatus(client, job, tallyOf(claimPods(client.store, job, job.spec.selector)), undefined);
}

function scale(client: ControllerClient, job: JobObject, pods: readonly PodObject[], tally: Tally): void {
  const indexes = job.spec.completionMode === 'Indexed' ? waitingIndexes(job, pods) : undefined;
  const { parallelism = 1, completions } = job.spec;
  const left =
    completions === undefined
      ? tally.succeeded > 0
        ? tally.active.length
        : parallelism
      : completions - tally.succeeded;
  const wanted = Math.min(parallelism, left);
  for (const pod of tally.active.slice(wanted)) removePod(client, job, pod);
  for (let count = tally.active.length; count < wanted; count += 1) {
    try {
      const plain = podFromTemplate(job.spec.template, job);
      const index = indexes?.next();
      // All remaining indexes have failed.
      if (index?.done === true) return;
      const made = index === undefined ? plain : withIndex(plain, job, index.value);
      const pod = client.create(PODS, job.metadata.namespace ?? '', made);
      record(client, job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      record(client, job, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
      throw error;
    }
  }
}

function removePod(client: ControllerClient, job: JobObject, pod: PodObject): void {
  client.remove(PODS, pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  record(client, job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

function record(
  client: ControllerClient,
  job: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  recordEvent(client.store, COMPONENT, job, { type, reason, message }, client.now());
}

function writeStatus(
  client: ControllerClient,
  job: JobObject,
  tally: Tally,
  ending: Ending | undefined,
): void {
  const now = client.now();
  const time = timestamp(now);
  const { namespace, name = '' } = job.metadata;
  const isIndexed = job.spec.completionMode === 'Indexed';
  const done = isIndexed ? completedIndexes(claimPods(client.store, job, job.spec.selector)) : '';
  let change: JobCondition | undefined;
  client.store.update<JobObject>(JOBS.key, namespace, name, (draft) => {
    const before = draft.status ?? {};
    const suspended = draft.spec.suspend === true;
    const suspension = suspensionChange(before.conditions ?? [], suspended, time);
    change = ending === undefined ? suspension : undefined;
    const conditions = [
      ...(before.conditions ?? []).filter(({ type }) => type !== change?.type),
      ...(change === undefined ? [] : [change]),
      ...endingConditions(ending, time),
    ];
    const counts = { active: tally.active.length, succeeded: tally.succeeded, failed: tally.failed };
    const resumed = change !== undefined && !suspended;
    const startTime = resumed ? time : (before.startTime ?? (suspended ? undefined : time));
    const status: JobStatus = {
      ...(conditions.length === 0 ? {} : { conditions }),
      ...(startTime === undefined ? {} : { startTime }),
      ...(ending?.succeeded === true ? { completionTime: time } : {}),
      ...(done === '' ? {} : { completedIndexes: done }),
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      terminating: tally.terminating,
      uncountedTerminatedPods: {},
      ready: tally.active.filter(isReady).length,
    };
    draft.status = status;
  });
  if (change !== undefined) {
    record(client, job, 'Normal', change.status === 'True' ? 'Suspended' : 'Resumed', change.message ?? '');
  }
  if (ending?.succeeded === true) record(client, job, 'Normal', 'Completed', 'Job completed');
  else if (ending !== undefined) record(client, job, 'Warning', ending.reason, ending.message);
}

/** Deletes a finished Job after ttlSecondsAfterFinished. */
function expire(
  client: ControllerClient,
  job: JobObject,
  now: Date,
  requeueAfter: (milliseconds: number) => void,
): void {
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined || job.metadata.deletionTimestamp !== undefined) return;
  const ended = (job.status.conditions ?? []).find(({ type }) => type === 'Complete' || type === 'Failed');
  const due = Date.parse(ended?.lastTransitionTime ?? timestamp(now)) + ttl * 1000;
  if (due > now.getTime()) {
    requeueAfter(due - now.getTime() + 1);
    return;
  }
  const { namespace = '', name = '' } = job.metadata;
  client.remove(JOBS, namespace, name, { propagationPolicy: 'Foreground' });
}
