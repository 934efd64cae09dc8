import type { KubeObject } from '../../machinery/objects.ts';
import { formatSelector } from '../../machinery/selectors/label-selector.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf, humanDuration } from '../tables/age.ts';
import { AGE, column, NAME, orNone, wide } from '../tables/columns.ts';
import { age, CONTAINERS, IMAGES, podsOf } from './tables.ts';
import { asCronJob, asJob } from './types.ts';

export const JOB_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Status', 'Status of the job.'),
  column(
    'Completions',
    'Specifies the desired number of successfully finished pods the job should be run with.  Setting to null means that the success of any pod signals the success of all pods, and allows parallelism to have any positive value.  Setting to 1 means that parallelism is limited to 1 and the success of that pod signals the success of the job. More info: https://kubernetes.io/docs/concepts/workloads/controllers/jobs-run-to-completion/',
  ),
  column('Duration', 'Time required to complete the job.'),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
  ),
];

/** A Job's row. */
export function jobRow(object: KubeObject, now: Date): TableRow {
  const { spec, status, metadata } = asJob(object);
  const { startTime, completionTime } = status;
  const end = completionTime === undefined ? now : new Date(completionTime);
  const duration = startTime === undefined ? '' : humanDuration(end.getTime() - Date.parse(startTime));
  const of = spec.completions ?? ((spec.parallelism ?? 0) > 1 ? `1 of ${spec.parallelism}` : 1);
  return {
    cells: [
      metadata.name ?? '',
      jobState(object),
      `${status.succeeded ?? 0}/${of}`,
      duration,
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(spec.selector),
    ],
  };
}

function jobState(object: KubeObject): string {
  const { status, metadata } = asJob(object);
  const has = (type: string): boolean =>
    (status.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

export const CRON_JOB_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Schedule', 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.'),
  column(
    'Timezone',
    'The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
  ),
  column(
    'Suspend',
    'This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.',
    'boolean',
  ),
  column('Active', 'A list of pointers to currently running jobs.', 'integer'),
  column('Last Schedule', 'Information when was the last time the job was successfully scheduled.'),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
  ),
];

/** A CronJob's row. */
export function cronJobRow(object: KubeObject, now: Date): TableRow {
  const { spec, status, metadata } = asCronJob(object);
  const last = status.lastScheduleTime;
  return {
    cells: [
      metadata.name ?? '',
      spec.schedule,
      orNone(spec.timeZone),
      spec.suspend === true ? 'True' : 'False',
      (status.active ?? []).length,
      last === undefined ? '<none>' : ageOf(last, now),
      age(object, now),
      ...podsOf(spec.jobTemplate.spec?.template),
      formatSelector(spec.jobTemplate.spec?.selector),
    ],
  };
}
