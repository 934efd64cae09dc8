import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1.d.ts';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { CronJob, Job } from 'kubernetes-types/batch/v1.d.ts';
import type {
  LimitRange,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Service,
} from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { NotChecked } from './finding.ts';

/** An event, from either schema. Times are in milliseconds since the epoch, NaN if missing. */
export interface Occurrence {
  uid: string;
  kind: string;
  name: string;
  /** `spec.containers{main}`; empty if the event is about the complete object. */
  fieldPath: string;
  /** Not a measure of severity: many failures are Normal events. */
  type: string;
  reason: string;
  message: string;
  count: number;
  first: number;
  last: number;
}

/** A controller of pods, or of controllers. */
export type Workload =
  | (Deployment & { kind?: string })
  | ReplicaSet
  | StatefulSet
  | DaemonSet
  | Job
  | CronJob;

/** The newest lines of a container's log, with control characters made visible and secrets masked. */
export interface LogTail {
  lines: readonly string[];
  /** Of the previous run. */
  previous: boolean;
}

/**
 * Everything that was read about a target. A list is undefined if it was not read: because a right was missing (see
 * `unread`) or because it was not needed. An empty list means that there are no objects.
 */
export interface Evidence {
  /** Milliseconds since the epoch. */
  now: number;
  namespace: string;
  pods?: readonly Pod[];
  events?: readonly Occurrence[];
  nodes?: readonly Node[];
  workloads?: readonly Workload[];
  claims?: readonly PersistentVolumeClaim[];
  services?: readonly Service[];
  slices?: readonly EndpointSlice[];
  quotas?: readonly ResourceQuota[];
  limits?: readonly LimitRange[];
  autoscalers?: readonly HorizontalPodAutoscaler[];
  budgets?: readonly PodDisruptionBudget[];
  ingresses?: readonly Ingress[];
  /** The namespace itself, for its labels and phase. */
  home?: Namespace;
  /** By `POD/CONTAINER`. */
  logs: ReadonlyMap<string, LogTail>;
  unread: readonly NotChecked[];
}

/** Evidence without any data. */
export function noEvidence(namespace: string, now: number): Evidence {
  return { now, namespace, logs: new Map(), unread: [] };
}
