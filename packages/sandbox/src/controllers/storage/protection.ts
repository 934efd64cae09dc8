import type { KubeObject } from '../../machinery/objects.ts';
import {
  CLAIM_PROTECTION,
  CLAIMS_KEY,
  type PersistentVolume,
  type VolumeClaim,
  VOLUME_PROTECTION,
  VOLUMES_KEY,
} from '../../resources/kinds/storage-types.ts';
import type { Store } from '../../store/types.ts';
import { claimUsers } from './claim-users.ts';

/** Removes the protection finalizer of a deleted claim that no pod uses. */
export function releaseClaim(store: Store, claim: VolumeClaim): void {
  const users = claimUsers(store, claim).filter(
    ({ status }) => !/^(?:Succeeded|Failed)$/.test(status.phase ?? ''),
  );
  if (users.length === 0) dropFinalizer(store, CLAIMS_KEY, claim, CLAIM_PROTECTION);
}

/** Sets a volume's phase to Available, Bound or Released; a provisioned volume is deleted with its claim. */
export function releaseVolume(store: Store, name: string): void {
  const volume = store.get<PersistentVolume>(VOLUMES_KEY, undefined, name);
  if (volume === undefined) return;
  const { claimRef, persistentVolumeReclaimPolicy: policy } = volume.spec ?? {};
  const claim =
    claimRef === undefined
      ? undefined
      : store.get<VolumeClaim>(CLAIMS_KEY, claimRef.namespace, claimRef.name ?? '');
  const bound = claim !== undefined && (claimRef?.uid === undefined || claim.metadata.uid === claimRef.uid);
  const dying = volume.metadata.deletionTimestamp !== undefined;
  // The volume was bound, and its claim is deleted.
  const released = claimRef?.uid !== undefined && !bound;
  if ((dying && !bound) || (released && policy === 'Delete')) {
    dropFinalizer(store, VOLUMES_KEY, volume, VOLUME_PROTECTION);
    return;
  }
  const phase = released ? 'Released' : claimRef?.uid === undefined ? 'Available' : 'Bound';
  store.update<PersistentVolume>(VOLUMES_KEY, undefined, name, (draft) => {
    draft.status = { ...draft.status, phase };
  });
}

/** Removes a finalizer; a deleted object without finalizers is removed. */
function dropFinalizer(store: Store, resource: string, object: KubeObject, finalizer: string): void {
  const { namespace, name = '', finalizers = [] } = object.metadata;
  const others = finalizers.filter((one) => one !== finalizer);
  if (others.length === 0) store.remove(resource, namespace, name);
  else {
    store.update(resource, namespace, name, (draft) => {
      draft.metadata.finalizers = others;
    });
  }
}
