import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../machinery/field-errors.ts';
import { dns1123Label } from '../../machinery/names.ts';
import { compareQuantities } from '../../machinery/quantity.ts';
import { withoutBacksteps } from './paths.ts';
import type { Volume } from './types.ts';
import { requiredText, validateDownwardFile, validateItems, validateMode } from './validate-key-paths.ts';
import { validateProjections } from './validate-projections.ts';
import { validateStorageSource } from './validate-storage.ts';

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** The server's order of sources; a second source is refused. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const;

export interface ValidatedVolumes {
  errors: FieldError[];
  /** The volumes without errors, which mounts may reference. */
  usable: Map<string, Volume>;
}

/** Validates the volumes of a pod; `podName` is undefined for templates. */
export function validateVolumes(
  volumes: readonly Volume[],
  podName: string | undefined,
  path: string,
): ValidatedVolumes {
  const errors: FieldError[] = [];
  const usable = new Map<string, Volume>();
  const created = new Set(
    volumes.flatMap((volume) => (volume.ephemeral === undefined ? [] : [`${podName}-${volume.name}`])),
  );
  for (const [position, volume] of volumes.entries()) {
    const at = index(path, position);
    const found = validateSources(volume, podName, at);
    if (volume.name === '') found.push(required(child(at, 'name')));
    else {
      found.push(...dns1123Label(volume.name).map((text) => invalid(child(at, 'name'), volume.name, text)));
    }
    if (usable.has(volume.name)) found.push(duplicate(child(at, 'name'), volume.name));
    if (found.length === 0) usable.set(volume.name, volume);
    errors.push(...found);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && podName !== undefined && created.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(child(at, 'persistentVolumeClaim.claimName'), claim, detail));
    }
  }
  return { errors, usable };
}

function validateSources(volume: Volume, podName: string | undefined, path: string): FieldError[] {
  const given = SOURCES.filter((source) => volume[source] !== undefined);
  if (given.length === 0) return [required(path, 'must specify a volume type')];
  const [first = 'emptyDir', ...others] = given;
  const errors = validateSource(volume, first, podName, child(path, first));
  for (const other of others) {
    errors.push(forbidden(child(path, other), 'may not specify more than 1 volume type'));
  }
  return errors;
}

function validateSource(
  volume: Volume,
  source: (typeof SOURCES)[number],
  podName: string | undefined,
  path: string,
): FieldError[] {
  switch (source) {
    case 'emptyDir': {
      const limit = volume.emptyDir?.sizeLimit;
      return limit !== undefined && compareQuantities(limit, '0') < 0
        ? [forbidden(child(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity')]
        : [];
    }
    case 'hostPath':
      return validateHostPath(volume.hostPath ?? { path: '' }, path);
    case 'secret':
      return [
        ...requiredText(volume.secret?.secretName, child(path, 'secretName')),
        ...validateMode(volume.secret?.defaultMode, child(path, 'defaultMode')),
        ...validateItems(volume.secret?.items, child(path, 'items')),
      ];
    case 'configMap':
      return [
        ...requiredText(volume.configMap?.name, child(path, 'name')),
        ...validateMode(volume.configMap?.defaultMode, child(path, 'defaultMode')),
        ...validateItems(volume.configMap?.items, child(path, 'items')),
      ];
    case 'persistentVolumeClaim':
      return requiredText(volume.persistentVolumeClaim?.claimName, child(path, 'claimName'));
    case 'downwardAPI':
      return [
        ...validateMode(volume.downwardAPI?.defaultMode, child(path, 'defaultMode')),
        ...(volume.downwardAPI?.items ?? []).flatMap((file) => validateDownwardFile(file, path)),
      ];
    case 'projected':
      return [
        ...validateMode(volume.projected?.defaultMode, child(path, 'defaultMode')),
        ...validateProjections(volume.projected?.sources ?? [], path),
      ];
    case 'image':
      return validateImage(volume, path);
    default:
      return validateStorageSource(volume, source, podName, path);
  }
}

function validateHostPath(source: { path: string; type?: string }, path: string): FieldError[] {
  if (source.path === '') return [required(child(path, 'path'))];
  const errors = withoutBacksteps(source.path, child(path, 'path'));
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    errors.push(notSupported(child(path, 'type'), source.type, HOST_PATH_TYPES));
  }
  return errors;
}

function validateImage(volume: Volume, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const reference = volume.image?.reference ?? '';
  if (reference === '') errors.push(required(child(path, 'reference')));
  const policy = volume.image?.pullPolicy ?? '';
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (!policies.includes(policy)) errors.push(notSupported(child(path, 'pullPolicy'), policy, policies));
  return errors;
}
