import type { PodObject } from '../../resources/pods/types.ts';
import type { WorkloadObject } from '../../resources/workloads/types.ts';
import type { ControllerClient } from '../api-client.ts';
import { hasEnded, isAvailable, isReady, isTerminating } from './owned-pods.ts';
import type { TemplateRevision } from './revisions.ts';

/** The label with the revision of a pod. */
export const REVISION_LABEL = 'controller-revision-hash';

interface StatefulSetStatus {
  currentRevision?: string;
  [field: string]: unknown;
}

/** Writes the numbers of a StatefulSet's pods by state and revision. */
export function writeStatus(
  client: ControllerClient,
  set: WorkloadObject,
  pods: readonly PodObject[],
  revision: TemplateRevision,
): void {
  const created = pods.filter((pod) => !hasEnded(pod));
  const labelOf = (pod: PodObject): string =>
    (pod.metadata.labels as Record<string, string>)[REVISION_LABEL] ?? '';
  const updated = created.filter((pod) => labelOf(pod) === revision.name && !isTerminating(pod));
  const before = (set.status ?? {}) as StatefulSetStatus;
  const done = updated.length === (set.spec.replicas ?? 0) && updated.every(isReady);
  const current = done ? revision.name : (before.currentRevision ?? revision.name);
  const onCurrent = created.filter((pod) => labelOf(pod) === current && !isTerminating(pod));
  const minReady = set.spec.minReadySeconds ?? 0;
  const counts = {
    readyReplicas: created.filter(isReady).length,
    currentReplicas: onCurrent.length,
    updatedReplicas: updated.length,
  };
  const { namespace, name = '' } = set.metadata;
  client.store.update<WorkloadObject>('statefulsets.apps', namespace, name, (draft) => {
    draft.status = {
      observedGeneration: set.metadata.generation ?? 0,
      replicas: created.length,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      currentRevision: current,
      updateRevision: revision.name,
      collisionCount: 0,
      availableReplicas: created.filter((pod) => isAvailable(pod, minReady, client.now())).length,
    };
  });
}
