import { metaOf } from '../../machinery/metadata.ts';
import { asWorkload, type WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { ControllerClient } from '../api-client.ts';
import { startController } from './controller.ts';
import {
  annotationsOf,
  cleanUpHistory,
  createReplicaSet,
  hasTemplate,
  resizeReplicaSet,
  REVISION,
  revisionOf,
} from './deployment-revision.ts';
import { newSize, recordScaling, rollOut, shrinkAll } from './deployment-rollout.ts';
import {
  deploymentStatus,
  type DeploymentStatus,
  rolloutBounds,
  withCondition,
} from './deployment-status.ts';
import { controlledBy } from './owned-pods.ts';

/** Pods take a moment to start in a real cluster: for this many lags, a new ReplicaSet does not scale down old ones. */
const FRESH_LAGS = 25;

/** Maintains the ReplicaSets of Deployments: scales the one of the current template up, and old ones down. */
export function startDeployments(client: ControllerClient): () => void {
  const { lag } = client;
  /** Creation time of the newest ReplicaSet by the Deployment's uid, while it is fresh. */
  const fresh = new Map<string | undefined, number>();
  return startController({
    client,
    resource: 'deployments.apps',
    kind: 'Deployment',
    owns: ['replicasets.apps'],
    reconcile(object, requeueAfter, postpone) {
      const { uid } = object.metadata;
      const wait = (fresh.get(uid) ?? 0) + FRESH_LAGS * lag - Date.now();
      if (wait > 0) requeueAfter(wait);
      else fresh.delete(uid);
      const created = reconcileSets(client, asWorkload(object), wait > 0);
      if (created && lag > 0) {
        fresh.set(uid, Date.now());
        postpone(lag);
      } else updateStatus(client, object, requeueAfter);
    },
  });
}

/**
 * Creates and scales ReplicaSets, but does not scale down old ones while the newest is `fresh`. Returns whether it has
 * created a ReplicaSet.
 */
function reconcileSets(client: ControllerClient, deployment: WorkloadObject, fresh: boolean): boolean {
  if (deployment.spec.paused === true || deployment.metadata.deletionTimestamp !== undefined) return false;
  const { current, old } = replicaSetsOf(client, deployment);
  if (current !== undefined) {
    adoptRevision(client, deployment, current, old);
    if (!fresh) rollOut(client, deployment, current, old);
    return false;
  }
  if (!mayCreate(deployment, old)) {
    shrinkAll(client, deployment, old);
    return false;
  }
  // The status first reports the creation of a ReplicaSet, and its effects only later.
  createNewReplicaSet(client, deployment, old);
  return true;
}

/** The ReplicaSet of the current template, if it exists, and the others. */
function replicaSetsOf(
  client: ControllerClient,
  deployment: WorkloadObject,
): { all: WorkloadObject[]; current: WorkloadObject | undefined; old: WorkloadObject[] } {
  const all = controlledBy<KubeObject>(client.store, 'replicasets.apps', deployment).map(asWorkload);
  const current = all.find((one) => hasTemplate(one, deployment.spec.template));
  return { all, current, old: all.filter((one) => one !== current) };
}

/** With Recreate, the old pods must be gone first. */
function mayCreate(deployment: WorkloadObject, old: readonly WorkloadObject[]): boolean {
  if (deployment.spec.strategy?.type !== 'Recreate') return true;
  return old.every(
    (one) =>
      (one.spec.replicas ?? 0) === 0 &&
      (one.status['replicas'] ?? 0) === 0 &&
      (one.status['terminatingReplicas'] ?? 0) === 0,
  );
}

function createNewReplicaSet(
  client: ControllerClient,
  deployment: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const { maxSurge } = rolloutBounds(deployment);
  const size = newSize(deployment, undefined, old);
  const created = createReplicaSet(client, deployment, revision, size, maxSurge);
  if (size > 0) recordScaling(client, deployment, created, 0, size);
  const message = `Created new replica set "${created.metadata.name}"`;
  setProgress(client, deployment, revision, 'NewReplicaSetCreated', message);
}

/** Sets the Deployment's revision annotation, and the reason of its Progressing condition. */
function setProgress(
  client: ControllerClient,
  deployment: WorkloadObject,
  revision: number,
  reason: string,
  message: string,
): void {
  const { namespace, name = '' } = deployment.metadata;
  client.store.update<WorkloadObject>('deployments.apps', namespace, name, (draft) => {
    metaOf(draft).annotations = { ...annotationsOf(draft), [REVISION]: String(revision) };
    const status = (draft.status ?? {}) as DeploymentStatus;
    const condition = { type: 'Progressing', status: 'True', reason, message };
    status.conditions = withCondition(status.conditions ?? [], condition, client.now());
    draft.status = status as Record<string, unknown>;
  });
}

/** Makes the ReplicaSet of a reused template the newest revision. */
function adoptRevision(
  client: ControllerClient,
  deployment: WorkloadObject,
  current: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  const newest = Math.max(0, ...old.map(revisionOf)) + 1;
  const revision = Math.max(revisionOf(current), newest);
  if (revisionOf(current) !== revision) {
    const { maxSurge } = rolloutBounds(deployment);
    const size = current.spec.replicas ?? 0;
    resizeReplicaSet(client, deployment, current, size, maxSurge, revision);
  }
  if (annotationsOf(deployment)[REVISION] !== String(revision)) {
    const message = `Found new replica set "${current.metadata.name}"`;
    setProgress(client, deployment, revision, 'FoundNewReplicaSet', message);
  }
}

function updateStatus(
  client: ControllerClient,
  given: KubeObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const { namespace, name = '' } = given.metadata;
  const found = client.store.get<KubeObject>('deployments.apps', namespace, name);
  if (found === undefined) return;
  const deployment = asWorkload(found);
  const { all, current, old } = replicaSetsOf(client, deployment);
  const now = client.now();
  const status = deploymentStatus(deployment, all, current, now);
  client.store.update<WorkloadObject>('deployments.apps', namespace, name, (draft) => {
    draft.status = status as Record<string, unknown>;
  });
  if (status.updatedReplicas === deployment.spec.replicas) cleanUpHistory(client, deployment, old);
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing');
  const deadline = deployment.spec.progressDeadlineSeconds;
  if (deadline === undefined || progressing === undefined || progressing.status !== 'True') return;
  if (progressing.reason === 'NewReplicaSetAvailable') return;
  // One second after the deadline, when it has certainly passed.
  const due = Date.parse(progressing.lastUpdateTime) + (deadline + 1) * 1000;
  requeueAfter(Math.max(0, due - now.getTime()));
}
