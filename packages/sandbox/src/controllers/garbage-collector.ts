import { GROUP_VERSIONS, type Resource } from '../apiserver/discovery/resource-table.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';

type Delete = (resource: Resource, namespace: string, name: string, policy?: 'Foreground') => void;

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * Deletes dependents of deleted owners, and removes the finalizers of owners that wait for their dependents.
 * Returns the stop function.
 */
export function startGarbageCollector(store: Store, remove: Delete): () => void {
  const resources = [
    ...new Map(GROUP_VERSIONS.flatMap((one) => one.resources).map((one) => [one.key, one])).values(),
  ];
  const pending = new Set<NodeJS.Immediate>();
  const later = (work: () => void): void => {
    const handle = setImmediate(() => {
      pending.delete(handle);
      work();
    });
    pending.add(handle);
  };
  const stops = resources.map(({ key }) =>
    store.subscribe(key, ({ type, object }) => {
      if (type === 'DELETED') {
        later(() => collect(store, resources, object, remove));
      } else if (
        object.metadata.deletionTimestamp !== undefined &&
        (object.metadata.finalizers ?? []).length > 0
      ) {
        later(() => finalize(store, resources, key, object, remove));
      }
    }),
  );
  return () => {
    for (const stop of stops) stop();
    for (const handle of pending) clearImmediate(handle);
  };
}

function dependentsOf(
  store: Store,
  resources: readonly Resource[],
  uid: string,
  namespace: string | undefined,
) {
  return resources.flatMap((resource) =>
    store
      .list(resource.key, namespace)
      .filter(({ metadata }) => (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid))
      .map((object) => ({ resource, object })),
  );
}

function collect(store: Store, resources: readonly Resource[], owner: KubeObject, remove: Delete): void {
  const { uid = '', namespace } = owner.metadata;
  for (const { resource, object } of dependentsOf(store, resources, uid, namespace)) {
    const { metadata } = object;
    if (metadata.deletionTimestamp === undefined && !hasLivingOwner(store, resources, object, uid)) {
      remove(resource, metadata.namespace ?? '', metadata.name ?? '');
    }
  }
  // An owner in foreground deletion may have lost its last dependent.
  for (const reference of owner.metadata.ownerReferences ?? []) {
    for (const { key } of resources.filter(({ kind }) => kind === reference.kind)) {
      const found = store.get(key, namespace, reference.name) ?? store.get(key, undefined, reference.name);
      if (found?.metadata.uid === reference.uid) finalize(store, resources, key, found, remove);
    }
  }
}

function hasLivingOwner(
  store: Store,
  resources: readonly Resource[],
  object: KubeObject,
  gone: string,
): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => {
    if (reference.uid === gone) return false;
    return resources
      .filter(({ kind }) => kind === reference.kind)
      .some(
        ({ key }) =>
          store.get(key, object.metadata.namespace, reference.name)?.metadata.uid === reference.uid,
      );
  });
}

function finalize(
  store: Store,
  resources: readonly Resource[],
  key: string,
  given: KubeObject,
  remove: Delete,
): void {
  const { namespace, name = '', uid = '' } = given.metadata;
  const object = store.get(key, namespace, name);
  const finalizers = object?.metadata.finalizers ?? [];
  if (object?.metadata.uid !== uid) return;
  const dependents = dependentsOf(store, resources, uid, namespace);
  if (finalizers.includes(ORPHAN)) {
    for (const dependent of dependents) orphan(store, dependent.resource.key, dependent.object, uid);
    release(store, key, object, ORPHAN);
  } else if (finalizers.includes(FOREGROUND)) {
    for (const { resource, object: dependent } of dependents) {
      const { metadata } = dependent;
      if (metadata.deletionTimestamp !== undefined) continue;
      // Its own dependents must be deleted before it.
      const hasOwn = dependentsOf(store, resources, metadata.uid ?? '', metadata.namespace).length > 0;
      const policy = hasOwn ? 'Foreground' : undefined;
      remove(resource, metadata.namespace ?? '', metadata.name ?? '', policy);
    }
    if (dependentsOf(store, resources, uid, namespace).length === 0) release(store, key, object, FOREGROUND);
  }
}

function orphan(store: Store, key: string, { metadata }: KubeObject, owner: string): void {
  store.update<KubeObject>(key, metadata.namespace, metadata.name ?? '', (draft) => {
    const others = (draft.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner);
    if (others.length > 0) draft.metadata.ownerReferences = others;
    else delete draft.metadata.ownerReferences;
  });
}

function release(store: Store, key: string, { metadata }: KubeObject, finalizer: string): void {
  const { namespace, name = '' } = metadata;
  const released = store.update<KubeObject>(key, namespace, name, (draft) => {
    const others = (draft.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    if (others.length > 0) draft.metadata.finalizers = others;
    else delete draft.metadata.finalizers;
  });
  if (released !== undefined && (released.metadata.finalizers ?? []).length === 0) {
    if ((released.metadata.deletionGracePeriodSeconds ?? 0) === 0) store.remove(key, namespace, name);
  }
}
