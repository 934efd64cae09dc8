import type { HostPathVolumeSource } from 'kubernetes-types/core/v1.d.ts';
import {
  CLAIMS_KEY,
  type PersistentVolume,
  PROVISIONED_BY,
  PROVISIONER,
  type VolumeClaim,
  VOLUMES_KEY,
} from '../../resources/kinds/storage-types.ts';
import type { Store } from '../../store/types.ts';
import { VolumeError } from './volume-error.ts';

/** A claim's volume on the node. */
export interface ClaimVolume {
  source: HostPathVolumeSource;
  /** Dynamically provisioned: its directory may not exist yet, and must be writable by all users. */
  provisioned: boolean;
}

/** @throws VolumeError if the claim is not bound, or its volume is not on this node */
export function claimVolume(store: Store, namespace: string | undefined, name: string): ClaimVolume {
  const claim = store.get<VolumeClaim>(CLAIMS_KEY, namespace, name);
  if (claim === undefined) throw new VolumeError(`persistentvolumeclaim ${JSON.stringify(name)} not found`);
  const volumeName = claim.spec?.volumeName ?? '';
  const volume = store.get<PersistentVolume>(VOLUMES_KEY, undefined, volumeName);
  if (claim.status?.phase !== 'Bound' || volume === undefined) {
    throw new VolumeError(`PVC ${namespace}/${name} has non-bound phase (${claim.status?.phase ?? ''})`);
  }
  const { hostPath, local } = volume.spec ?? {};
  const source = hostPath ?? (local === undefined ? undefined : { path: local.path, type: 'Directory' });
  if (source === undefined) throw new VolumeError(`no volume plugin matched name: ${volumeName}`);
  return { source, provisioned: isProvisioned(volume) };
}

/** Whether the sandbox has provisioned the volume. */
export function isProvisioned({ metadata }: PersistentVolume): boolean {
  return metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
}
