import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { KubeObject } from '../../store/types.ts';
import { formatSelector } from '../label-selector.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf, humanDuration } from '../tables/age.ts';
import { AGE, column, NAME, orNone, wide } from '../tables/columns.ts';
import { asCronJob, asJob, asWorkload, type PodTemplate } from './types.ts';

const CONTAINERS = wide('Containers', 'Names of each container in the template.');
const IMAGES = wide('Images', 'Images referenced by each container in the template.');

function podsOf(template: PodTemplate | undefined): [string, string] {
  const containers = template?.spec?.containers ?? [];
  return [
    containers.map((container) => container.name).join(','),
    containers.map((container) => container.image ?? '').join(','),
  ];
}

function age(object: KubeObject, now: Date): string {
  return ageOf(object.metadata.creationTimestamp, now);
}

function numberOf(object: KubeObject, field: string): number {
  const value = (object['status'] as Readonly<Record<string, unknown>> | undefined)?.[field];
  return typeof value === 'number' ? value : 0;
}

export const DEPLOYMENT_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Ready', 'Number of the pod with ready state'),
  column(
    'Up-to-date',
    'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
  ),
  column(
    'Available',
    'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
  ),
];

export function deploymentRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  return {
    cells: [
      metadata.name ?? '',
      `${numberOf(object, 'readyReplicas')}/${spec.replicas ?? 0}`,
      numberOf(object, 'updatedReplicas'),
      numberOf(object, 'availableReplicas'),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(spec.selector),
    ],
  };
}

export const REPLICA_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Desired',
    'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    'integer',
  ),
  column(
    'Current',
    'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    'integer',
  ),
  column(
    'Ready',
    'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
    'integer',
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
  ),
];

/** For ReplicaSets and ReplicationControllers. */
export function replicaSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata, kind } = asWorkload(object);
  const selector: unknown = spec.selector;
  return {
    cells: [
      metadata.name ?? '',
      spec.replicas ?? 0,
      numberOf(object, 'replicas'),
      numberOf(object, 'readyReplicas'),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(
        kind === 'ReplicationController'
          ? ({ matchLabels: selector } as LabelSelector)
          : (selector as LabelSelector | undefined),
      ),
    ],
  };
}

export const STATEFUL_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Ready', 'Number of the pod with ready state'),
  AGE,
  CONTAINERS,
  IMAGES,
];

export function statefulSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  const ready = `${numberOf(object, 'readyReplicas')}/${spec.replicas ?? 0}`;
  return { cells: [metadata.name ?? '', ready, age(object, now), ...podsOf(spec.template)] };
}

export const DAEMON_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Desired',
    'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
    'integer',
  ),
  column(
    'Current',
    'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
    'integer',
  ),
  column(
    'Ready',
    'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
    'integer',
  ),
  column('Up-to-date', 'The total number of nodes that are running updated daemon pod', 'integer'),
  column(
    'Available',
    'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
    'integer',
  ),
  column(
    'Node Selector',
    "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
  ),
];

export function daemonSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  const nodes = spec.template?.spec?.nodeSelector;
  return {
    cells: [
      metadata.name ?? '',
      numberOf(object, 'desiredNumberScheduled'),
      numberOf(object, 'currentNumberScheduled'),
      numberOf(object, 'numberReady'),
      numberOf(object, 'updatedNumberScheduled'),
      numberOf(object, 'numberAvailable'),
      formatSelector(nodes === undefined ? undefined : { matchLabels: nodes }),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(spec.selector),
    ],
  };
}

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
