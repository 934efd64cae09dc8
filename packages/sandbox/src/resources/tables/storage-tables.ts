import type { KubeObject } from '../../machinery/objects.ts';
import {
  isDefaultClass,
  type PersistentVolume,
  type StorageClass,
  type VolumeClaim,
} from '../kinds/storage-types.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { AGE, column, NAME, wide } from './columns.ts';

const UNSET = '<unset>';
const SHORT_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const MODES_URL = 'https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes';

function shortModes(modes: readonly string[] = []): string {
  // The order does not depend on the object's.
  return Object.entries(SHORT_MODES)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function age({ metadata }: KubeObject, now: Date): string {
  return ageOf(metadata.creationTimestamp, now);
}

export const CLAIM_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Status', 'phase represents the current phase of PersistentVolumeClaim.'),
  column('Volume', 'volumeName is the binding reference to the PersistentVolume backing this claim.'),
  column('Capacity', 'capacity represents the actual resources of the underlying volume.'),
  column(
    'Access Modes',
    `accessModes contains the actual access modes the volume backing the PVC has. More info: ${MODES_URL}-1`,
  ),
  column('StorageClass', 'StorageClass of the pvc'),
  column('VolumeAttributesClass', 'VolumeAttributesClass of the pvc'),
  AGE,
  wide(
    'VolumeMode',
    'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
  ),
];

export function claimRow(object: KubeObject, now: Date): TableRow {
  const { metadata, spec = {}, status = {} } = object as VolumeClaim;
  const phase = metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating';
  const bound = (spec.volumeName ?? '') !== '';
  return {
    cells: [
      metadata.name ?? '',
      phase,
      spec.volumeName ?? '',
      bound ? (status.capacity?.['storage'] ?? '') : '',
      bound ? shortModes(status.accessModes) : '',
      spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? UNSET,
      age(object, now),
      spec.volumeMode ?? UNSET,
    ],
  };
}

export const VOLUME_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Capacity',
    "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity",
  ),
  column('Access Modes', `accessModes contains all ways the volume can be mounted. More info: ${MODES_URL}`),
  column(
    'Reclaim Policy',
    'persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying this PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming',
  ),
  column(
    'Status',
    'phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase',
  ),
  column(
    'Claim',
    'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
  ),
  column('StorageClass', 'StorageClass of the pv'),
  column('VolumeAttributesClass', 'VolumeAttributesClass of the pv'),
  column(
    'Reason',
    'reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI.',
  ),
  AGE,
  wide(
    'VolumeMode',
    'volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. Value of Filesystem is implied when not included in spec.',
  ),
];

export function volumeRow(object: KubeObject, now: Date): TableRow {
  const { metadata, spec = {}, status = {} } = object as PersistentVolume;
  const { claimRef } = spec;
  return {
    cells: [
      metadata.name ?? '',
      spec.capacity?.['storage'] ?? '',
      shortModes(spec.accessModes),
      spec.persistentVolumeReclaimPolicy ?? '',
      metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
      claimRef === undefined ? '' : `${claimRef.namespace}/${claimRef.name}`,
      spec.storageClassName ?? '',
      spec.volumeAttributesClassName ?? UNSET,
      status.reason ?? '',
      age(object, now),
      spec.volumeMode ?? UNSET,
    ],
  };
}

export const CLASS_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Provisioner', 'provisioner indicates the type of the provisioner.'),
  column(
    'ReclaimPolicy',
    'reclaimPolicy controls the reclaimPolicy for dynamically provisioned PersistentVolumes of this storage class. Defaults to Delete.',
  ),
  column(
    'VolumeBindingMode',
    'volumeBindingMode indicates how PersistentVolumeClaims should be provisioned and bound.  When unset, VolumeBindingImmediate is used. This field is only honored by servers that enable the VolumeScheduling feature.',
  ),
  column('AllowVolumeExpansion', 'allowVolumeExpansion shows whether the storage class allow volume expand.'),
  AGE,
];

export function classRow(object: KubeObject, now: Date): TableRow {
  const { metadata, provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion } =
    object as StorageClass;
  const name = metadata.name ?? '';
  return {
    cells: [
      isDefaultClass(object) ? `${name} (default)` : name,
      provisioner,
      reclaimPolicy ?? 'Delete',
      volumeBindingMode ?? 'Immediate',
      allowVolumeExpansion ?? false,
      age(object, now),
    ],
  };
}
