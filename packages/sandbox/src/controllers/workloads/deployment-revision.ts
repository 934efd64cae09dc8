import { isDeepStrictEqual } from 'node:util';
import { metaOf } from '../../machinery/metadata.ts';
import { asWorkload, type PodTemplate, type WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, servedResource } from '../api-client.ts';
import { controllerReference } from './owned-pods.ts';
import { templateHash } from './template-hash.ts';

const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAXIMUM = 'deployment.kubernetes.io/max-replicas';
/** Annotations of a Deployment that are not copied to its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  DESIRED,
  MAXIMUM,
  'deprecated.deployment.rollback.to',
]);
const REPLICA_SETS = servedResource('apps', 'v1', 'replicasets');

export function annotationsOf(object: KubeObject): Record<string, string> {
  return object.metadata.annotations ?? {};
}

/** Whether a ReplicaSet has this pod template. */
export function hasTemplate(replicaSet: KubeObject, template: PodTemplate | undefined): boolean {
  const own = structuredClone(asWorkload(replicaSet).spec.template ?? {});
  const labels = own.metadata?.labels;
  if (labels !== undefined) delete labels[HASH_LABEL];
  const wanted = structuredClone(template ?? {});
  return isDeepStrictEqual(plain(own), plain(wanted));
}

function plain(template: PodTemplate): unknown {
  const { metadata = {}, spec } = template;
  return { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, spec };
}

/** The revision of a ReplicaSet; 0 if it has none. */
export function revisionOf(object: KubeObject): number {
  return Number(annotationsOf(object)[REVISION] ?? 0);
}

/** The annotations of a Deployment's ReplicaSet for this revision and size. */
function replicaSetAnnotations(
  deployment: WorkloadObject,
  revision: number,
  surge: number,
): Record<string, string> {
  const copied = Object.entries(annotationsOf(deployment)).filter(([name]) => !NOT_COPIED.has(name));
  const desired = deployment.spec.replicas ?? 0;
  return {
    ...Object.fromEntries(copied),
    [DESIRED]: String(desired),
    [MAXIMUM]: String(desired + surge),
    [REVISION]: String(revision),
  };
}

/** Creates the ReplicaSet of a Deployment's current template. */
export function createReplicaSet(
  client: ControllerClient,
  deployment: WorkloadObject,
  revision: number,
  replicas: number,
  surge: number,
): WorkloadObject {
  const { namespace = '', name = '' } = deployment.metadata;
  const { spec } = deployment;
  const hash = templateHash(spec.template);
  const labels = { ...spec.template?.metadata?.labels, [HASH_LABEL]: hash };
  const selector = structuredClone(spec.selector ?? {}) as { matchLabels?: Record<string, string> };
  selector.matchLabels = { ...selector.matchLabels, [HASH_LABEL]: hash };
  return asWorkload(
    client.create(REPLICA_SETS, namespace, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels,
        annotations: replicaSetAnnotations(deployment, revision, surge),
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
        selector,
        template: { ...spec.template, metadata: { ...spec.template?.metadata, labels } },
      },
    }),
  );
}

/** Sets the size and the annotations of a ReplicaSet, if they differ. */
export function resizeReplicaSet(
  client: ControllerClient,
  deployment: WorkloadObject,
  replicaSet: KubeObject,
  replicas: number,
  surge: number,
  revision?: number,
): void {
  const { namespace, name = '' } = replicaSet.metadata;
  client.store.update<WorkloadObject>('replicasets.apps', namespace, name, (draft) => {
    const before = draft.spec.replicas;
    draft.spec.replicas = replicas;
    const meta = metaOf(draft);
    meta.annotations = {
      ...annotationsOf(draft),
      ...replicaSetAnnotations(deployment, revision ?? revisionOf(draft), surge),
    };
    if (before !== replicas) meta.generation = (meta.generation ?? 0) + 1;
  });
}

/** Deletes old ReplicaSets beyond the revisionHistoryLimit. */
export function cleanUpHistory(
  client: ControllerClient,
  deployment: WorkloadObject,
  old: readonly WorkloadObject[],
): void {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined) return;
  const idle = old
    .filter(
      (one) =>
        (one.spec.replicas ?? 0) === 0 &&
        one.status['replicas'] === 0 &&
        one.metadata.deletionTimestamp === undefined,
    )
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const one of idle.slice(0, Math.max(0, idle.length - limit))) {
    client.remove(REPLICA_SETS, one.metadata.namespace ?? '', one.metadata.name ?? '');
  }
}
