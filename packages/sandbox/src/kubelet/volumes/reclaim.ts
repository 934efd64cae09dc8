import { rm } from 'node:fs/promises';
import type { Runtime } from '../../cri/runtime.ts';
import { type PersistentVolume, VOLUMES_KEY } from '../../resources/kinds/storage-types.ts';
import type { Store } from '../../store/types.ts';
import { isProvisioned } from './claim-volume.ts';

/** Deletes the directories of provisioned volumes that were deleted. Returns the stop function. */
export function reclaimVolumes(store: Store, runtime: Runtime): () => void {
  return store.subscribe<PersistentVolume>(VOLUMES_KEY, ({ type, object }) => {
    const path = object.spec?.hostPath?.path;
    if (type !== 'DELETED' || path === undefined || !isProvisioned(object)) return;
    if (runtime.volumes !== undefined) runtime.volumes.remove(path);
    // What can't be deleted now is deleted with the sandbox's directory.
    else void (runtime.files?.remove(path) ?? rm(path, { recursive: true, force: true })).catch(() => {});
  });
}
