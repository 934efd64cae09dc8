import type { WorkloadObject } from '../../resources/workloads/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import { resolveShare } from './int-or-percent.ts';

export interface DeploymentCondition {
  type: string;
  status: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  terminatingReplicas?: number;
  conditions?: DeploymentCondition[];
  collisionCount?: number;
}

/** The numbers of pods for maxUnavailable and maxSurge during a rollout. */
export function rolloutBounds({ spec }: WorkloadObject): { maxUnavailable: number; maxSurge: number } {
  const replicas = spec.replicas ?? 0;
  if (spec.strategy?.type !== 'RollingUpdate') return { maxUnavailable: 0, maxSurge: 0 };
  const { rollingUpdate } = spec.strategy;
  const maxSurge = resolveShare(rollingUpdate?.maxSurge, replicas, true);
  const maxUnavailable = resolveShare(rollingUpdate?.maxUnavailable, replicas, false);
  // With both at zero, no rollout could proceed.
  if (maxSurge === 0 && maxUnavailable === 0) return { maxUnavailable: 1, maxSurge };
  return { maxUnavailable: Math.min(maxUnavailable, replicas), maxSurge };
}

/** Appends a condition, unless one with the same status and reason exists. Keeps the transition time of an equal status. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  wanted: Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: Date,
  refresh = false,
): DeploymentCondition[] {
  const current = conditions.find((condition) => condition.type === wanted.type);
  if (!refresh && current?.status === wanted.status && current.reason === wanted.reason) {
    return [...conditions];
  }
  const time = timestamp(now);
  const since = current?.status === wanted.status ? current.lastTransitionTime : time;
  const { type, status, reason, message } = wanted;
  return [
    ...conditions.filter((condition) => condition.type !== type),
    { type, status, lastUpdateTime: time, lastTransitionTime: since, reason, message },
  ];
}

function sum(replicaSets: readonly WorkloadObject[], field: string): number {
  return replicaSets.reduce((total, one) => total + Number(one.status[field] ?? 0), 0);
}

function statusOf(deployment: WorkloadObject): DeploymentStatus {
  return deployment.status ?? {};
}

/** The status of a Deployment according to its ReplicaSets. */
export function deploymentStatus(
  deployment: WorkloadObject,
  all: readonly WorkloadObject[],
  current: WorkloadObject | undefined,
  now: Date,
): DeploymentStatus {
  const before = statusOf(deployment);
  const available = sum(all, 'availableReplicas');
  const wanted = all.reduce((total, one) => total + (one.spec.replicas ?? 0), 0);
  const counts = {
    replicas: sum(all, 'replicas'),
    updatedReplicas: current === undefined ? 0 : sum([current], 'replicas'),
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  };
  const enough = available >= (deployment.spec.replicas ?? 0) - rolloutBounds(deployment).maxUnavailable;
  const conditions = withCondition(
    before.conditions ?? [],
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
  );
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    terminatingReplicas: sum(all, 'terminatingReplicas'),
    conditions,
  };
  return withProgress(deployment, before, status, current, now);
}

function withProgress(
  deployment: WorkloadObject,
  before: DeploymentStatus,
  status: DeploymentStatus,
  current: WorkloadObject | undefined,
  now: Date,
): DeploymentStatus {
  const conditions = status.conditions ?? [];
  const progressing = conditions.find((condition) => condition.type === 'Progressing');
  const complete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (complete && progressing?.reason === 'NewReplicaSetAvailable') return status;
  const subject =
    current === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${current.metadata.name}"`;
  const condition = { type: 'Progressing', status: 'True' };
  const { spec } = deployment;
  const replicas = spec.replicas ?? 0;
  const done = [status.updatedReplicas, status.replicas, status.availableReplicas].every(
    (count) => (count ?? 0) === replicas,
  );
  if (done) {
    const message = `${subject} has successfully progressed.`;
    const reason = 'NewReplicaSetAvailable';
    return { ...status, conditions: withCondition(conditions, { ...condition, reason, message }, now) };
  }
  if (hasProgressed(before, status)) {
    const message = `${subject} is progressing.`;
    const reason = 'ReplicaSetUpdated';
    return { ...status, conditions: withCondition(conditions, { ...condition, reason, message }, now, true) };
  }
  if (hasTimedOut(spec.progressDeadlineSeconds, progressing, now)) {
    const message = `${subject} has timed out progressing.`;
    const reason = 'ProgressDeadlineExceeded';
    const failed = { type: 'Progressing', status: 'False', reason, message };
    return { ...status, conditions: withCondition(conditions, failed, now) };
  }
  return status;
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldPods = (status: DeploymentStatus): number =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldPods(after) < oldPods(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(
  deadlineSeconds: number | undefined,
  progressing: DeploymentCondition | undefined,
  now: Date,
): boolean {
  if (deadlineSeconds === undefined || progressing === undefined) return false;
  if (progressing.reason === 'NewReplicaSetAvailable') return false;
  return now.getTime() > Date.parse(progressing.lastUpdateTime) + deadlineSeconds * 1000;
}
