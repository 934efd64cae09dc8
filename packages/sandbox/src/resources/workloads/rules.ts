import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../../api/status-error.ts';
import { warnPodTemplate } from '../../auth/pod-security/admission.ts';
import type { KubeObject } from '../../store/types.ts';
import { checkQuota } from '../admission/quota.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { defineKind, type KindOptions } from '../kinds/kind.ts';
import { metaOf } from '../metadata.ts';
import { dns1123Subdomain, tooManyCharacters } from '../names.ts';
import { validateLabels } from '../object-meta.ts';
import type { KindRules } from '../rules.ts';
import { parseSchedule, ScheduleError } from './cron-schedule.ts';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './defaults.ts';
import {
  CRON_JOB_COLUMNS,
  cronJobRow,
  DAEMON_SET_COLUMNS,
  daemonSetRow,
  DEPLOYMENT_COLUMNS,
  deploymentRow,
  JOB_COLUMNS,
  jobRow,
  REPLICA_SET_COLUMNS,
  replicaSetRow,
  STATEFUL_SET_COLUMNS,
  statefulSetRow,
} from './tables.ts';
import { asCronJob, asJob, asWorkload, type JobSpec, type PodTemplate } from './types.ts';
import {
  notNegative,
  validateDeploymentSpec,
  validatePodTemplate,
  validateSelectorAndTemplate,
  validateSelectorUpdate,
  validateStatefulSetUpdate,
  validateStrategy,
} from './validate.ts';

/** A job's name and eleven characters must still be a label. */
const LONGEST_CRON_JOB_NAME = 52;

type WorkloadOptions = Omit<KindOptions, 'checkName'> & {
  template: (object: KubeObject) => PodTemplate | undefined;
};

/** A kind that makes pods: its generation is counted, its template judged by Pod Security. */
function workloadKind({ template, ...options }: WorkloadOptions): KindRules {
  const { group = '', plural } = options;
  return defineKind({
    hasGeneration: true,
    checkName: dns1123Subdomain,
    newStatus: () => ({}),
    ...options,
    admitValidated(object, old, context, subresource) {
      if (subresource === undefined || subresource === '') warnPodTemplate(object, template(object), context);
      if (old === undefined) checkQuota(group === '' ? plural : `${plural}.${group}`, object, context);
    },
  });
}

const templateOf = (object: KubeObject): PodTemplate | undefined => asWorkload(object).spec.template;

export const DEPLOYMENTS = workloadKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  template: templateOf,
  default: defaultDeployment,
  validate: (object) => validateDeploymentSpec(asWorkload(object).spec),
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: DEPLOYMENT_COLUMNS,
  row: deploymentRow,
});

export const REPLICA_SETS = workloadKind({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  template: templateOf,
  default: defaultReplicaSet,
  newStatus: () => ({ replicas: 0 }),
  validate: (object) => {
    const { spec } = asWorkload(object);
    return [
      ...notNegative(spec.replicas, 'spec.replicas'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateSelectorAndTemplate(spec, 'ReplicaSet'),
    ];
  },
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: REPLICA_SET_COLUMNS,
  row: replicaSetRow,
  fieldSelectors: {
    'status.replicas': (object) => `${(asWorkload(object).status as { replicas?: number }).replicas ?? 0}`,
  },
});

export const STATEFUL_SETS = workloadKind({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  template: templateOf,
  default: defaultStatefulSet,
  newStatus: () => ({ replicas: 0, availableReplicas: 0 }),
  validate(object) {
    const { spec } = asWorkload(object);
    const policies = ['OrderedReady', 'Parallel'];
    const policy = spec.podManagementPolicy ?? '';
    return [
      ...(policies.includes(policy)
        ? []
        : [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")]),
      ...(['RollingUpdate', 'OnDelete'].includes(spec.updateStrategy?.type ?? '')
        ? []
        : [invalid('spec.updateStrategy', spec.updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")]),
      ...notNegative(spec.replicas, 'spec.replicas'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateSelectorAndTemplate(spec, 'StatefulSet'),
    ];
  },
  validateUpdate: (object, old) => validateStatefulSetUpdate(asWorkload(object).spec, asWorkload(old).spec),
  columns: STATEFUL_SET_COLUMNS,
  row: statefulSetRow,
});

export const DAEMON_SETS = workloadKind({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  template: templateOf,
  default: defaultDaemonSet,
  newStatus: () => ({
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  }),
  validate(object) {
    const { spec } = asWorkload(object);
    return [
      ...validateSelectorAndTemplate(spec, 'DaemonSet'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']),
      ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ];
  },
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: DAEMON_SET_COLUMNS,
  row: daemonSetRow,
});

export const REPLICATION_CONTROLLERS = workloadKind({
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  template: templateOf,
  default: defaultReplicationController,
  newStatus: () => ({ replicas: 0 }),
  validate(object) {
    const { spec } = asWorkload(object);
    const selector = (spec.selector ?? {}) as Record<string, string>;
    const labels = spec.template?.metadata?.labels ?? {};
    const errors: FieldError[] = [
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...(Object.keys(selector).length === 0 ? [required('spec.selector')] : []),
      ...validateLabels(selector, 'spec.selector'),
      ...notNegative(spec.replicas, 'spec.replicas'),
    ];
    if (spec.template === undefined) return [...errors, required('spec.template')];
    if (!Object.entries(selector).every(([name, value]) => labels[name] === value)) {
      const detail = '`selector` does not match template `labels`';
      errors.push(invalid('spec.template.metadata.labels', labels, detail));
    }
    return [...errors, ...validatePodTemplate(spec.template, 'spec.template')];
  },
  columns: REPLICA_SET_COLUMNS,
  row: replicaSetRow,
});

const JOB_LABELS = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

/** Gives a new job a selector of its own, and its pods the labels for it. */
function generateSelector(object: KubeObject): void {
  const job = asJob(object);
  if (job.spec.manualSelector === true) return;
  const { uid = '', name = '' } = job.metadata;
  const labels: Record<string, string> = {
    [JOB_LABELS[0] ?? '']: uid,
    [JOB_LABELS[1] ?? '']: name,
    'controller-uid': uid,
    'job-name': name,
  };
  const template = (job.spec.template ??= {});
  template.metadata ??= {};
  template.metadata.labels = { ...template.metadata.labels, ...labels };
  job.spec.selector = { matchLabels: { [JOB_LABELS[0] ?? '']: uid } };
  if (metaOf(job).labels === undefined) metaOf(job).labels = { ...template.metadata.labels };
}

function validateJobSpec(spec: JobSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ] as const) {
    errors.push(...notNegative(spec[name], `${path}.${name}`));
  }
  const mode = spec.completionMode;
  const modes = ['NonIndexed', 'Indexed'];
  if (mode !== undefined && !modes.includes(mode)) {
    errors.push(notSupported(`${path}.completionMode`, mode, modes));
  }
  if (mode === 'Indexed' && spec.completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  const template = spec.template ?? {};
  errors.push(...validatePodTemplate(template, `${path}.template`));
  const policy = template.spec?.restartPolicy ?? '';
  const policies = ['OnFailure', 'Never'];
  if (policy === 'Always') {
    errors.push(required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (!policies.includes(policy)) {
    errors.push(notSupported(`${path}.template.spec.restartPolicy`, policy, policies));
  }
  return errors;
}

function validateJobUpdate(spec: JobSpec, old: JobSpec): FieldError[] {
  const detail = 'field is immutable';
  const errors: FieldError[] = [];
  if (spec.completions !== old.completions) {
    errors.push(invalid('spec.completions', spec.completions ?? null, detail));
  }
  if (!isDeepStrictEqual(spec.selector, old.selector)) {
    errors.push(invalid('spec.selector', spec.selector ?? null, detail));
  }
  // a job that has not begun may still be told where to run
  if (old.suspend !== true && !isDeepStrictEqual(spec.template, old.template)) {
    errors.push(invalid('spec.template', internalForm('PodTemplateSpec', spec.template), detail));
  }
  if (spec.completionMode !== old.completionMode) {
    errors.push(invalid('spec.completionMode', spec.completionMode ?? null, detail));
  }
  return errors;
}

export const JOBS = workloadKind({
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  template: (object) => asJob(object).spec.template,
  default: defaultJob,
  prepareForCreate: generateSelector,
  validate: (object) => validateJobSpec(asJob(object).spec, 'spec'),
  validateUpdate: (object, old) => validateJobUpdate(asJob(object).spec, asJob(old).spec),
  columns: JOB_COLUMNS,
  row: jobRow,
  fieldSelectors: { 'status.successful': (object) => String(asJob(object).status.succeeded ?? 0) },
});

export const CRON_JOBS = workloadKind({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  template: (object) => asCronJob(object).spec.jobTemplate.spec?.template,
  default: defaultCronJob,
  validate(object) {
    const { spec, metadata } = asCronJob(object);
    const errors: FieldError[] = [];
    if (spec.schedule === '') errors.push(required('spec.schedule'));
    else errors.push(...validateSchedule(spec.schedule));
    errors.push(...notNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
    const policies = ['Allow', 'Forbid', 'Replace'];
    if (!policies.includes(spec.concurrencyPolicy ?? '')) {
      errors.push(notSupported('spec.concurrencyPolicy', spec.concurrencyPolicy, policies));
    }
    if (spec.jobTemplate.spec?.manualSelector === true) {
      const supported = ['nil', 'false'];
      errors.push(notSupported('spec.jobTemplate.spec.manualSelector', true, supported));
    }
    if (spec.jobTemplate.spec?.selector !== undefined) {
      errors.push(forbidden('spec.jobTemplate.spec.selector', '`selector` will be auto-generated'));
    }
    errors.push(...validateJobSpec(spec.jobTemplate.spec ?? {}, 'spec.jobTemplate.spec'));
    errors.push(...notNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'));
    errors.push(...notNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'));
    const { name = '' } = metadata;
    if (name.length > LONGEST_CRON_JOB_NAME) {
      errors.push(invalid('metadata.name', name, tooManyCharacters(LONGEST_CRON_JOB_NAME)));
    }
    return errors;
  },
  columns: CRON_JOB_COLUMNS,
  row: cronJobRow,
});

function validateSchedule(schedule: string): FieldError[] {
  try {
    parseSchedule(schedule);
    return [];
  } catch (error) {
    if (error instanceof ScheduleError) return [invalid('spec.schedule', schedule, error.message)];
    throw error;
  }
}
