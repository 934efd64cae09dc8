import { notSupported, required, key } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  CLAIM_COLUMNS,
  claimRow,
  CLASS_COLUMNS,
  classRow,
  VOLUME_COLUMNS,
  volumeRow,
} from '../tables/storage-tables.ts';
import { defineKind } from './kind.ts';
import type { PersistentVolume, VolumeClaim } from './storage-types.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function accessModeErrors(modes: readonly string[] = []): FieldError[] {
  const path = 'spec.accessModes';
  if (modes.length === 0) return [required(path, 'at least 1 access mode is required')];
  return modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(path, mode, ACCESS_MODES));
}

export const PERSISTENT_VOLUME_CLAIMS = defineKind({
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  checkName: dns1123Subdomain,
  default(object) {
    const spec = ((object as VolumeClaim).spec ??= {});
    spec.volumeMode ??= 'Filesystem';
  },
  newStatus: () => ({ phase: 'Pending' }),
  validate(object) {
    const { spec = {} } = object as VolumeClaim;
    return [
      ...accessModeErrors(spec.accessModes),
      ...(spec.resources?.requests?.['storage'] === undefined
        ? [required(key('spec.resources', 'storage'))]
        : []),
    ];
  },
  columns: CLAIM_COLUMNS,
  row: claimRow,
});

export const PERSISTENT_VOLUMES = defineKind({
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
  checkName: dns1123Subdomain,
  default(object) {
    const spec = ((object as PersistentVolume).spec ??= {});
    spec.volumeMode ??= 'Filesystem';
    spec.persistentVolumeReclaimPolicy ??= 'Retain';
  },
  newStatus: () => ({ phase: 'Pending' }),
  validate(object) {
    const { spec = {} } = object as PersistentVolume;
    return [
      ...accessModeErrors(spec.accessModes),
      ...(spec.capacity?.['storage'] === undefined ? [required('spec.capacity')] : []),
    ];
  },
  columns: VOLUME_COLUMNS,
  row: volumeRow,
});

export const STORAGE_CLASSES = defineKind({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
  checkName: dns1123Subdomain,
  default(object) {
    object['reclaimPolicy'] ??= 'Delete';
    object['volumeBindingMode'] ??= 'Immediate';
  },
  columns: CLASS_COLUMNS,
  row: classRow,
});
