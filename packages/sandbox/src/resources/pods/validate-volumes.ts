import type { DownwardAPIVolumeFile, KeyToPath } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../api/status-error.ts';
import { child, duplicate, forbidden, index, invalid, notSupported, required } from '../field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../names.ts';
import { compareQuantities } from '../quantity.ts';
import { localPath, withoutBacksteps } from './paths.ts';
import type { Volume, VolumeProjection } from './types.ts';
import { validateFieldRef, validateResourceFieldRef, VOLUME_FIELD_PATHS } from './validate-downward.ts';
import { validateStorageSource } from './validate-storage.ts';

const LARGEST_MODE = 0o777;
const MODE_MESSAGE = 'must be a number between 0 and 0777 (octal), both inclusive';
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

/** The order in which sources are looked at; the second one found is refused. */
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
  /** The volumes that mounts may name: those without errors. */
  usable: Map<string, Volume>;
}

/** Checks the volumes of a pod; `podName` is known for pods, not for templates. */
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

function requiredText(value: string | undefined, path: string): FieldError[] {
  return value === undefined || value === '' ? [required(path)] : [];
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

function validateMode(mode: number | undefined, path: string): FieldError[] {
  return mode !== undefined && (mode > LARGEST_MODE || mode < 0) ? [invalid(path, mode, MODE_MESSAGE)] : [];
}

function validateItems(items: readonly KeyToPath[] | undefined, path: string): FieldError[] {
  return (items ?? []).flatMap((item, position) => {
    const at = index(path, position);
    return [
      ...requiredText(item.key, child(at, 'key')),
      ...requiredText(item.path, child(at, 'path')),
      ...localPath(item.path, child(at, 'path')),
      ...validateMode(item.mode, child(at, 'mode')),
    ];
  });
}

function validateDownwardFile(file: DownwardAPIVolumeFile, path: string): FieldError[] {
  const errors = requiredText(file.path, child(path, 'path'));
  errors.push(...localPath(file.path, child(path, 'path')));
  if (file.fieldRef !== undefined) {
    errors.push(...validateFieldRef(file.fieldRef, VOLUME_FIELD_PATHS, child(path, 'fieldRef')));
    if (file.resourceFieldRef !== undefined) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(path, 'resource', detail));
    }
  } else if (file.resourceFieldRef === undefined) {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  } else {
    errors.push(...validateResourceFieldRef(file.resourceFieldRef, true, child(path, 'resourceFieldRef')));
  }
  return [...errors, ...validateMode(file.mode, child(path, 'mode'))];
}

/** A token lives ten minutes at least, 2^32 seconds at most. */
const SHORTEST_TOKEN = 600;
const LONGEST_TOKEN = 2 ** 32;

function validateProjections(sources: readonly VolumeProjection[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const take = (target: string, shown: string): void => {
    if (target === '') return;
    if (paths.has(target)) errors.push(invalid(path, shown, 'conflicting duplicate paths'));
    paths.add(target);
  };
  for (const [position, source] of sources.entries()) {
    const at = index(child(path, 'sources'), position);
    for (const kind of ['secret', 'configMap'] as const) {
      const projection = source[kind];
      if (projection === undefined) continue;
      errors.push(...requiredText(projection.name, child(at, `${kind}.name`)));
      for (const [number, item] of (projection.items ?? []).entries()) {
        const itemAt = index(child(at, `${kind}.items`), number);
        errors.push(...validateItems([item], '').map((error) => moved(error, itemAt)));
        take(item.path, projection.name ?? '');
      }
    }
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...validateDownwardFile(file, child(at, 'downwardAPI')));
      take(file.path, file.path);
    }
    const token = source.serviceAccountToken;
    if (token !== undefined) {
      const seconds = token.expirationSeconds ?? 0;
      const secondsPath = child(at, 'serviceAccountToken.expirationSeconds');
      if (seconds < SHORTEST_TOKEN) {
        errors.push(invalid(secondsPath, seconds, 'may not specify a duration less than 10 minutes'));
      }
      if (seconds > LONGEST_TOKEN) {
        errors.push(invalid(secondsPath, seconds, 'may not specify a duration larger than 2^32 seconds'));
      }
      if (token.path === '') errors.push(required(child(path, 'path')));
      else errors.push(...localPath(token.path, child(path, 'path')));
    }
    errors.push(...validateTrustBundle(source, at));
    if (source.clusterTrustBundle !== undefined) {
      take(source.clusterTrustBundle.path, source.clusterTrustBundle.path);
    }
    if (Object.keys(source).length > 1) {
      errors.push(forbidden(at, 'may not specify more than 1 volume type per source'));
    }
  }
  return errors;
}

/** The error with its path, which began with the entry `[0]` of no list, put below `path`. */
function moved(error: FieldError, path: string): FieldError {
  return { ...error, field: `${path}${error.field.slice('[0]'.length)}` };
}

function validateTrustBundle(source: VolumeProjection, path: string): FieldError[] {
  const bundle = source.clusterTrustBundle;
  if (bundle === undefined) return [];
  const at = child(path, 'clusterTrustBundle');
  const errors: FieldError[] = [];
  if (bundle.name !== undefined && bundle.signerName !== undefined) {
    errors.push(invalid(at, bundle, 'only one of name and signerName may be used'));
  } else if (bundle.name !== undefined) {
    if (bundle.name === '') errors.push(required(child(at, 'name'), 'must be a valid object name'));
    for (const text of dns1123Subdomain(bundle.name)) {
      errors.push(invalid(child(at, 'name'), bundle.name, `not a valid clustertrustbundlename: ${text}`));
    }
  } else if (bundle.signerName === undefined) {
    errors.push(required(at, 'either name or signerName must be specified'));
  } else if (bundle.signerName === '') {
    errors.push(required(child(at, 'signerName'), 'must be a valid signer name'));
  }
  errors.push(...requiredText(bundle.path, child(at, 'path')));
  return [...errors, ...localPath(bundle.path, child(at, 'path'))];
}
