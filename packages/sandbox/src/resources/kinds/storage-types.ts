import type {
  PersistentVolume as VolumeBody,
  PersistentVolumeClaim as ClaimBody,
} from 'kubernetes-types/core/v1.d.ts';
import type { StorageClass as ClassBody } from 'kubernetes-types/storage/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type VolumeClaim = Writable<ClaimBody> & KubeObject;
export type PersistentVolume = Writable<VolumeBody> & KubeObject;
export type StorageClass = ClassBody & KubeObject;

export const CLAIMS_KEY = 'persistentvolumeclaims';
export const VOLUMES_KEY = 'persistentvolumes';
export const CLASSES_KEY = 'storageclasses.storage.k8s.io';

/** The annotation of the default StorageClass. */
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
/** The provisioner of this cluster. Its volumes are directories of the node. */
export const PROVISIONER = 'sandbox.kubectl-dbg.dev/directory';
/** The annotation with the provisioner of a volume. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

export function isDefaultClass({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[DEFAULT_CLASS] === 'true';
}

/** The StorageClass of a new cluster. */
export function firstStorageClass(): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { [DEFAULT_CLASS]: 'true' } },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  };
}
