import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { forbidden, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { metaOf } from '../../machinery/metadata.ts';
import { tooManyCharacters } from '../../machinery/names.ts';
import { parseSchedule, ScheduleError } from './cron-schedule.ts';
import { defaultCronJob, defaultJob } from './defaults.ts';
import { CRON_JOB_COLUMNS, cronJobRow, JOB_COLUMNS, jobRow } from './job-tables.ts';
import { asCronJob, asJob, type JobSpec } from './types.ts';
import { notNegative, validatePodTemplate } from './validate.ts';
import { workloadKind } from './workload-kind.ts';

/** The name of a Job, with eleven more characters, must be a valid label. */
const MAX_CRON_JOB_NAME = 52;

const JOB_LABELS = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

/** Generates the selector of a new Job, and the labels of its pods. */
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
  // The scheduling directives of a suspended Job are mutable.
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
  default: defaultCronJob,
  validate(object) {
    const { spec, metadata } = asCronJob(object);
    const errors: FieldError[] = [];
    if (spec.schedule === '') errors.push(required('spec.schedule'));
    else errors.push(...validateSchedule(spec.schedule));
    errors.push(...notNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
    errors.push(...validateTimeZone(spec.timeZone));
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
    if (name.length > MAX_CRON_JOB_NAME) {
      errors.push(invalid('metadata.name', name, tooManyCharacters(MAX_CRON_JOB_NAME)));
    }
    return errors;
  },
  columns: CRON_JOB_COLUMNS,
  row: cronJobRow,
});

function validateTimeZone(zone: string | undefined): FieldError[] {
  const path = 'spec.timeZone';
  if (zone === undefined) return [];
  if (zone === '') return [invalid(path, zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(path, zone, detail)];
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [invalid(path, zone, `unknown time zone ${zone}`)];
  }
}

function validateSchedule(schedule: string): FieldError[] {
  try {
    parseSchedule(schedule);
    return [];
  } catch (error) {
    if (error instanceof ScheduleError) return [invalid('spec.schedule', schedule, error.message)];
    throw error;
  }
}
