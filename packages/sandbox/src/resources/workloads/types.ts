import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { PodSpec } from '../pods/types.ts';

export interface PodTemplate {
  metadata?: {
    name?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  spec?: PodSpec;
}

export type IntOrPercent = number | string;

interface RollingUpdate {
  maxUnavailable?: IntOrPercent;
  maxSurge?: IntOrPercent;
  partition?: number;
}

export interface UpdateStrategy {
  type?: string;
  rollingUpdate?: RollingUpdate;
}

/** The fields of workload specs. */
export interface WorkloadSpec {
  replicas?: number;
  selector?: LabelSelector;
  template?: PodTemplate;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  paused?: boolean;
  strategy?: UpdateStrategy;
  updateStrategy?: UpdateStrategy;
  serviceName?: string;
  podManagementPolicy?: string;
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  ordinals?: { start: number };
  volumeClaimTemplates?: KubeObject[];
}

export interface WorkloadObject extends KubeObject {
  spec: WorkloadSpec;
  status: Record<string, unknown>;
}

export interface JobSpec {
  parallelism?: number;
  completions?: number;
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  selector?: LabelSelector;
  manualSelector?: boolean;
  template?: PodTemplate;
  ttlSecondsAfterFinished?: number;
  completionMode?: string;
  backoffLimitPerIndex?: number;
  suspend?: boolean;
  podReplacementPolicy?: string;
  podFailurePolicy?: unknown;
}

export interface JobCondition {
  type: string;
  status: string;
  lastProbeTime: string | null;
  lastTransitionTime: string | null;
  reason?: string;
  message?: string;
}

export interface JobStatus {
  active?: number;
  ready?: number;
  succeeded?: number;
  failed?: number;
  terminating?: number;
  startTime?: string;
  completionTime?: string;
  completedIndexes?: string;
  conditions?: JobCondition[];
  uncountedTerminatedPods?: Record<string, unknown>;
}

export interface JobObject extends KubeObject {
  spec: JobSpec;
  status: JobStatus;
}

export interface CronJobObject extends KubeObject {
  spec: {
    schedule: string;
    timeZone?: string;
    startingDeadlineSeconds?: number;
    concurrencyPolicy?: string;
    suspend?: boolean;
    jobTemplate: {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      spec?: JobSpec;
    };
    successfulJobsHistoryLimit?: number;
    failedJobsHistoryLimit?: number;
  };
  status: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

export function asWorkload(object: KubeObject): WorkloadObject {
  return object as WorkloadObject;
}

export function asJob(object: KubeObject): JobObject {
  return object as JobObject;
}

export function asCronJob(object: KubeObject): CronJobObject {
  return object as CronJobObject;
}
