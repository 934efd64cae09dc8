import type { KubeObject } from '../../machinery/objects.ts';
import { defaultPodSpec } from '../pods/defaults.ts';
import { asCronJob, asJob, asWorkload, type PodTemplate } from './types.ts';

const HISTORY = 10;
const PROGRESS_DEADLINE_SECONDS = 600;
const QUARTER = '25%';
const BACKOFF_LIMIT = 6;
const SUCCESSFUL_JOBS = 3;
const FAILED_JOBS = 1;

function defaultTemplate(template: PodTemplate | undefined): void {
  if (template === undefined) return;
  template.spec ??= {};
  defaultPodSpec(template.spec);
}

export function defaultDeployment(object: KubeObject): void {
  const { spec } = asWorkload(object);
  defaultTemplate(spec.template);
  spec.replicas ??= 1;
  spec.strategy ??= {};
  spec.strategy.type ??= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    const rolling = (spec.strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= QUARTER;
    rolling.maxSurge ??= QUARTER;
  }
  spec.revisionHistoryLimit ??= HISTORY;
  spec.progressDeadlineSeconds ??= PROGRESS_DEADLINE_SECONDS;
}

export function defaultReplicaSet(object: KubeObject): void {
  const { spec } = asWorkload(object);
  defaultTemplate(spec.template);
  spec.replicas ??= 1;
}

export function defaultReplicationController(object: KubeObject): void {
  const { spec, metadata } = asWorkload(object);
  defaultTemplate(spec.template);
  spec.replicas ??= 1;
  const labels = spec.template?.metadata?.labels;
  if (labels === undefined) return;
  const selector = spec as { selector?: unknown };
  selector.selector ??= { ...labels };
  if (metadata.labels === undefined) metadata.labels = { ...labels };
}

export function defaultStatefulSet(object: KubeObject): void {
  const { spec } = asWorkload(object);
  defaultTemplate(spec.template);
  spec.podManagementPolicy ??= 'OrderedReady';
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.partition ??= 0;
  }
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= HISTORY;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.kind = 'PersistentVolumeClaim';
    claim.apiVersion = 'v1';
    const claimSpec = (claim['spec'] ?? {}) as { volumeMode?: string };
    claimSpec.volumeMode ??= 'Filesystem';
    claim['status'] = { phase: 'Pending' };
  }
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export function defaultDaemonSet(object: KubeObject): void {
  const { spec, metadata } = asWorkload(object);
  defaultTemplate(spec.template);
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    const rolling = (spec.updateStrategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= 1;
    rolling.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= HISTORY;
  const annotations = (metadata.annotations ?? {}) as Record<string, string>;
  if (annotations[TEMPLATE_GENERATION] === undefined) {
    metadata.annotations = { [TEMPLATE_GENERATION]: '1', ...annotations };
  }
}

export function defaultJob(object: KubeObject): void {
  const { spec } = asJob(object);
  defaultTemplate(spec.template);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= BACKOFF_LIMIT;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
}

export function defaultCronJob(object: KubeObject): void {
  const { spec } = asCronJob(object);
  defaultTemplate(spec.jobTemplate?.spec?.template);
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= SUCCESSFUL_JOBS;
  spec.failedJobsHistoryLimit ??= FAILED_JOBS;
}
