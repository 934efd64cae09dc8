import type { WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { ControllerClient } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { resizeReplicaSet, revisionOf } from './deployment-revision.ts';
import { rolloutBounds } from './deployment-status.ts';

/** The source of the Events of Deployments. */
const COMPONENT = 'deployment-controller';

/** The size that the new ReplicaSet may have now. */
export function newSize(
  deployment: WorkloadObject,
  current: WorkloadObject | undefined,
  old: readonly WorkloadObject[],
): number {
  const wanted = deployment.spec.replicas ?? 0;
  const own = current?.spec.replicas ?? 0;
  if (deployment.spec.strategy?.type !== 'RollingUpdate') return wanted;
  const others = old.reduce((total, one) => total + (one.spec.replicas ?? 0), 0);
  const room = wanted + rolloutBounds(deployment).maxSurge - others - own;
  return own + Math.max(0, Math.min(room, wanted - own));
}

/** Scales the new ReplicaSet up and the old ones down, as far as allowed now. */
export function rollOut(
  client: ControllerClient,
  deployment: WorkloadObject,
  current: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  const wanted = deployment.spec.replicas ?? 0;
  const own = current.spec.replicas ?? 0;
  const size = own > wanted ? wanted : newSize(deployment, current, old);
  resize(client, deployment, current, size);
  if (deployment.spec.strategy?.type !== 'RollingUpdate') {
    shrinkAll(client, deployment, old);
    return;
  }
  shrink(client, deployment, { ...current, spec: { ...current.spec, replicas: size } }, old);
}

/** Number of available pods of a ReplicaSet that will not be deleted by its current size. */
function availableOf(replicaSet: WorkloadObject): number {
  return Math.min(Number(replicaSet.status['availableReplicas'] ?? 0), replicaSet.spec.replicas ?? 0);
}

/** Scales old ReplicaSets down as far as the number of pods that must be available permits. */
function shrink(
  client: ControllerClient,
  deployment: WorkloadObject,
  current: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  const all = [current, ...old];
  const least = (deployment.spec.replicas ?? 0) - rolloutBounds(deployment).maxUnavailable;
  const total = all.reduce((sum, one) => sum + (one.spec.replicas ?? 0), 0);
  const pending = (current.spec.replicas ?? 0) - availableOf(current);
  let budget = total - least - pending;
  if (budget <= 0) return;
  let spare = all.reduce((sum, one) => sum + availableOf(one), 0) - least;
  for (const one of old.toSorted((a, b) => revisionOf(a) - revisionOf(b))) {
    const has = one.spec.replicas ?? 0;
    // Unavailable pods are deleted first.
    const idle = Math.min(budget, has - availableOf(one));
    budget -= idle;
    const removable = Math.max(0, Math.min(has - idle, spare));
    spare -= removable;
    if (idle + removable > 0) resize(client, deployment, one, has - idle - removable);
  }
}

/** Scales all old ReplicaSets to zero. */
export function shrinkAll(
  client: ControllerClient,
  deployment: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  for (const one of old) resize(client, deployment, one, 0);
}

function resize(
  client: ControllerClient,
  deployment: WorkloadObject,
  replicaSet: WorkloadObject,
  size: number,
): void {
  const before = replicaSet.spec.replicas ?? 0;
  resizeReplicaSet(client, deployment, replicaSet, size, rolloutBounds(deployment).maxSurge);
  if (before !== size) recordScaling(client, deployment, replicaSet, before, size);
}

/** Writes the Event about a new size. */
export function recordScaling(
  client: ControllerClient,
  deployment: WorkloadObject,
  replicaSet: KubeObject,
  from: number,
  to: number,
): void {
  const direction = to > from ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${from} to ${to}`;
  const event = { type: 'Normal', reason: 'ScalingReplicaSet', message } as const;
  recordEvent(client.store, COMPONENT, deployment, event, client.now());
}
