import type { LabelSelector, OwnerReference } from 'kubernetes-types/meta/v1.d.ts';
import { selectorMatches } from '../../machinery/selectors/label-selector.ts';
import { metaOf } from '../../machinery/metadata.ts';
import { asPod, type PodObject } from '../../resources/pods/types.ts';
import type { PodTemplate } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';

/** The controller reference to an owner. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** An object's controller reference, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return (object.metadata.ownerReferences ?? []).find((owner) => owner.controller === true);
}

/** The objects of a resource that an owner controls. */
export function controlledBy<T extends KubeObject>(store: Store, resource: string, owner: KubeObject): T[] {
  return store
    .list<T>(resource, owner.metadata.namespace)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

/**
 * The pods that an owner controls, after it has adopted orphans that its selector matches, and released pods that it no
 * longer matches.
 */
export function claimPods(store: Store, owner: KubeObject, selector: LabelSelector | undefined): PodObject[] {
  const { namespace } = owner.metadata;
  const claimed: PodObject[] = [];
  for (const object of store.list('pods', namespace)) {
    const controller = controllerOf(object);
    const matches = selectorMatches(selector, object.metadata.labels);
    if (controller?.uid === owner.metadata.uid) {
      if (matches) claimed.push(asPod(object));
      else release(store, object, owner);
    } else if (controller === undefined && matches && owner.metadata.deletionTimestamp === undefined) {
      if (object.metadata.deletionTimestamp === undefined) claimed.push(...adopt(store, object, owner));
    }
  }
  return claimed;
}

function adopt(store: Store, object: KubeObject, owner: KubeObject): PodObject[] {
  const { namespace, name = '' } = object.metadata;
  const adopted = store.update<KubeObject>('pods', namespace, name, (draft) => {
    metaOf(draft).ownerReferences = [...(draft.metadata.ownerReferences ?? []), controllerReference(owner)];
  });
  return adopted === undefined ? [] : [asPod(adopted)];
}

function release(store: Store, object: KubeObject, owner: KubeObject): void {
  const { namespace, name = '' } = object.metadata;
  store.update<KubeObject>('pods', namespace, name, (draft) => {
    const others = (draft.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
    if (others.length > 0) metaOf(draft).ownerReferences = others;
    else delete metaOf(draft).ownerReferences;
  });
}

/** A pod from a template, without a name. */
export function podFromTemplate(
  template: PodTemplate | undefined,
  owner: KubeObject,
  labels: Readonly<Record<string, string>> = {},
): PodObject {
  const { metadata = {}, spec = {} } = template ?? {};
  const allLabels = { ...metadata.labels, ...labels };
  return structuredClone({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(Object.keys(allLabels).length === 0 ? {} : { labels: allLabels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
    status: {},
  });
}

export function hasEnded(pod: PodObject): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isTerminating(pod: PodObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Whether a pod counts as a replica: neither terminated nor being deleted. */
export function isActive(pod: PodObject): boolean {
  return !hasEnded(pod) && !isTerminating(pod);
}

function readyCondition(pod: PodObject): { lastTransitionTime?: string | null } | undefined {
  return (pod.status.conditions ?? []).find(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

export function isReady(pod: PodObject): boolean {
  return readyCondition(pod) !== undefined;
}

/** Time until a ready pod is available, in ms; 0 if it is, undefined if it is not ready. */
export function untilAvailable(pod: PodObject, minReadySeconds: number, now: Date): number | undefined {
  const ready = readyCondition(pod);
  if (ready === undefined) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = Date.parse(ready.lastTransitionTime ?? '');
  return Math.max(0, since + minReadySeconds * 1000 - now.getTime());
}

export function isAvailable(pod: PodObject, minReadySeconds: number, now: Date): boolean {
  return untilAvailable(pod, minReadySeconds, now) === 0;
}

/** Pods in the order in which a scale-down deletes them. */
export function leastNeededFirst(pods: readonly PodObject[]): PodObject[] {
  const rank = (pod: PodObject): (number | string)[] => [
    (pod.spec.nodeName ?? '') === '' ? 0 : 1,
    { Pending: 0, Unknown: 1, Running: 2 }[pod.status.phase ?? 'Pending'] ?? 0,
    isReady(pod) ? 1 : 0,
  ];
  return pods.toSorted((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    for (const [position, value] of left.entries()) {
      const other = right[position] ?? 0;
      if (value !== other) return value < other ? -1 : 1;
    }
    // The newer one first.
    const [aTime = '', bTime = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
    return aTime < bTime ? 1 : aTime > bTime ? -1 : 0;
  });
}
