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

/** Marks the class of claims that name none. */
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
/** Who makes volumes here: directories of the node, which go with their claim. */
export const PROVISIONER = 'sandbox.kubectl-dbg.dev/directory';
/** Says of a volume who has made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

export function isDefaultClass({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[DEFAULT_CLASS] === 'true';
}

/** The class that a new cluster has. */
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
