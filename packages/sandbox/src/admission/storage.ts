import type { KubeObject } from '../machinery/objects.ts';
import {
  CLAIM_PROTECTION,
  CLAIMS_KEY,
  CLASSES_KEY,
  isDefaultClass,
  type StorageClass,
  type VolumeClaim,
  VOLUME_PROTECTION,
  VOLUMES_KEY,
} from '../resources/kinds/storage-types.ts';
import type { Store } from '../store/types.ts';
import type { Attributes } from './attributes.ts';

/** Sets the default StorageClass of a new claim, and the protection finalizers of claims and volumes. */
export function mutateStorage({ resource, object, old, context }: Attributes): void {
  if (old !== undefined) return;
  if (resource === CLAIMS_KEY) {
    const spec = ((object as VolumeClaim).spec ??= {});
    // An empty class is explicit: no class.
    const fallback = defaultClass(context.store)?.metadata.name;
    if (fallback !== undefined) spec.storageClassName ??= fallback;
    protect(object, CLAIM_PROTECTION);
  } else if (resource === VOLUMES_KEY) protect(object, VOLUME_PROTECTION);
}

/** The newest, if several are marked as the default. */
function defaultClass(store: Store): StorageClass | undefined {
  return store
    .list<StorageClass>(CLASSES_KEY)
    .filter((one) => isDefaultClass(one))
    .toSorted((a, b) => created(b).localeCompare(created(a)))[0];
}

function created({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}

function protect({ metadata }: KubeObject, finalizer: string): void {
  const { finalizers = [] } = metadata;
  if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
}
