import { nextTime, parseSchedule } from '../../resources/workloads/cron-schedule.ts';
import { asCronJob, asJob, type CronJobObject, type JobObject } from '../../resources/workloads/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, servedResource } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { startController } from './controller.ts';
import { isFinished } from './job.ts';
import { controlledBy, controllerReference } from './owned-pods.ts';

const COMPONENT = 'cronjob-controller';
const JOBS = servedResource('batch', 'v1', 'jobs');
const MINUTE_MS = 60_000;
/** Maximum delay of a timer; a later time is checked again by then. */
const MAX_TIMER_MS = 24 * 60 * MINUTE_MS;
/** Maximum number of missed times that are examined. */
const MAX_MISSED = 100;

/** Creates Jobs on the schedules of CronJobs, and deletes old ones. Returns the stop function. */
export function startCronJobs(client: ControllerClient): () => void {
  return startController({
    client,
    resource: 'cronjobs.batch',
    kind: 'CronJob',
    owns: [JOBS.key],
    reconcile(object, requeueAfter) {
      reconcile(client, asCronJob(object), requeueAfter);
    },
  });
}

function reconcile(
  client: ControllerClient,
  cronJob: CronJobObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const jobs = controlledBy<KubeObject>(client.store, JOBS.key, cronJob).map(asJob);
  cleanUp(client, cronJob, jobs);
  if (cronJob.metadata.deletionTimestamp !== undefined) return;
  const now = client.now();
  const schedule = parseSchedule(cronJob.spec.schedule);
  const active = jobs.filter((job) => !isFinished(job));
  if (cronJob.spec.suspend !== true) {
    const due = lastDue(cronJob, now);
    if (due !== undefined) runAt(client, cronJob, active, due);
    const next = nextTime(schedule, now);
    if (next !== undefined) requeueAfter(Math.min(next.getTime() - now.getTime() + 1, MAX_TIMER_MS));
  }
  writeStatus(client, cronJob);
}

/** The latest scheduled time since the last run, unless the starting deadline has passed. */
function lastDue(cronJob: CronJobObject, now: Date): Date | undefined {
  const { spec, status, metadata } = cronJob;
  const since = status?.lastScheduleTime ?? metadata.creationTimestamp ?? timestamp(now);
  const earliest =
    spec.startingDeadlineSeconds === undefined ? 0 : now.getTime() - spec.startingDeadlineSeconds * 1000;
  const schedule = parseSchedule(spec.schedule);
  let due: Date | undefined;
  let time = nextTime(schedule, new Date(Math.max(Date.parse(since), earliest)));
  for (let missed = 0; time !== undefined && time <= now && missed < MAX_MISSED; missed += 1) {
    due = time;
    time = nextTime(schedule, time);
  }
  return due;
}

function runAt(
  client: ControllerClient,
  cronJob: CronJobObject,
  active: readonly JobObject[],
  due: Date,
): void {
  const { namespace = '', name = '' } = cronJob.metadata;
  if (active.length > 0 && cronJob.spec.concurrencyPolicy === 'Forbid') {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    recordEvent(
      client.store,
      COMPONENT,
      cronJob,
      { type: 'Normal', reason: 'JobAlreadyActive', message },
      client.now(),
    );
    return;
  }
  for (const job of cronJob.spec.concurrencyPolicy === 'Replace' ? active : []) {
    client.remove(JOBS, namespace, job.metadata.name ?? '', { propagationPolicy: 'Background' });
  }
  const { metadata = {}, spec = {} } = cronJob.spec.jobTemplate;
  const jobName = `${name}-${Math.floor(due.getTime() / MINUTE_MS)}`;
  if (client.store.get(JOBS.key, namespace, jobName) === undefined) {
    client.create(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: jobName,
        namespace,
        ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
        annotations: {
          ...metadata.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due),
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: structuredClone(spec),
    });
    const event = { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${jobName}` } as const;
    recordEvent(client.store, COMPONENT, cronJob, event, client.now());
  }
  client.store.update<CronJobObject>('cronjobs.batch', namespace, name, (draft) => {
    draft.status = { ...draft.status, lastScheduleTime: timestamp(due) };
  });
}

function writeStatus(client: ControllerClient, given: CronJobObject): void {
  const { namespace, name = '' } = given.metadata;
  const jobs = controlledBy<KubeObject>(client.store, JOBS.key, given).map(asJob);
  const active = jobs
    .filter((job) => !isFinished(job))
    .map((job) => ({
      kind: 'Job',
      namespace: job.metadata.namespace,
      name: job.metadata.name,
      uid: job.metadata.uid,
      apiVersion: 'batch/v1',
      resourceVersion: job.metadata.resourceVersion,
    }));
  const succeeded = jobs
    .map((job) => job.status?.completionTime ?? '')
    .filter((time) => time !== '')
    .sort()
    .at(-1);
  client.store.update<CronJobObject>('cronjobs.batch', namespace, name, (draft) => {
    const { active: _active, ...rest } = draft.status ?? {};
    draft.status = {
      ...(active.length === 0 ? {} : { active }),
      ...rest,
      ...(succeeded === undefined ? {} : { lastSuccessfulTime: succeeded }),
    };
  });
}

/** Deletes finished Jobs beyond the history limits, the oldest first. */
function cleanUp(client: ControllerClient, cronJob: CronJobObject, jobs: readonly JobObject[]): void {
  const ended = (type: string): JobObject[] =>
    jobs
      .filter((job) =>
        (job.status?.conditions ?? []).some(
          (condition) => condition.type === type && condition.status === 'True',
        ),
      )
      .toSorted((a, b) => ((a.status.startTime ?? '') < (b.status.startTime ?? '') ? -1 : 1));
  for (const [type, limit] of [
    ['Complete', cronJob.spec.successfulJobsHistoryLimit],
    ['Failed', cronJob.spec.failedJobsHistoryLimit],
  ] as const) {
    const kept = ended(type);
    for (const job of limit === undefined ? [] : kept.slice(0, Math.max(0, kept.length - limit))) {
      const { namespace = '', name = '' } = job.metadata;
      client.remove(JOBS, namespace, name, { propagationPolicy: 'Background' });
    }
  }
}
