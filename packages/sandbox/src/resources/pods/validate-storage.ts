import type { FieldError } from '../../machinery/status-error.ts';
import { child, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { dns1123Subdomain, outsideRange } from '../../machinery/names.ts';
import { descendingPath } from './paths.ts';
import type { Volume } from './types.ts';

/** Required string fields by type of source. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  gitRepo: ['repository'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  nfs: ['server', 'path'],
  iscsi: ['targetPortal', 'iqn'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  quobyte: ['volume'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  csi: ['driver'],
};

const MAX_PARTITION = 255;

type Values = Readonly<Record<string, unknown>>;

/** Validates a volume source for remote storage. */
export function validateStorageSource(
  volume: Volume,
  source: string,
  podName: string | undefined,
  path: string,
): FieldError[] {
  const values = (volume as unknown as Readonly<Record<string, Values>>)[source] ?? {};
  const errors = (REQUIRED[source] ?? []).flatMap((field) =>
    isEmpty(values[field]) ? [required(child(path, field))] : [],
  );
  const partition = values['partition'];
  if (typeof partition === 'number' && (partition < 0 || partition > MAX_PARTITION)) {
    errors.push(invalid(child(path, 'partition'), partition, outsideRange(0, MAX_PARTITION)));
  }
  if (source === 'gitRepo') {
    errors.push(...descendingPath(volume.gitRepo?.directory ?? '', child(path, 'directory')));
  }
  if (source === 'nfs') {
    const target = volume.nfs?.path ?? '';
    if (!target.startsWith('/'))
      errors.push(invalid(child(path, 'path'), target, 'must be an absolute path'));
  }
  if (source === 'azureDisk') errors.push(...validateAzureDisk(values, path));
  if (source === 'csi') errors.push(...validateCsi(volume, path));
  if (source === 'ephemeral') errors.push(...validateEphemeral(volume, podName, path));
  return errors;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function validateAzureDisk(values: Values, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const modes = ['None', 'ReadOnly', 'ReadWrite'];
  const kinds = ['Dedicated', 'Managed', 'Shared'];
  const mode = String(values['cachingMode']);
  const kind = String(values['kind']);
  if (!modes.includes(mode)) errors.push(notSupported(child(path, 'cachingMode'), mode, modes));
  if (!kinds.includes(kind)) errors.push(notSupported(child(path, 'kind'), kind, kinds));
  return errors;
}

function validateCsi(volume: Volume, path: string): FieldError[] {
  const driver = volume.csi?.driver ?? '';
  if (driver === '') return [];
  return dns1123Subdomain(driver.toLowerCase()).map((text) => invalid(child(path, 'driver'), driver, text));
}

function validateEphemeral(volume: Volume, podName: string | undefined, path: string): FieldError[] {
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template === undefined) return [required(child(path, 'volumeClaimTemplate'))];
  const errors: FieldError[] = [];
  const at = child(path, 'volumeClaimTemplate.spec');
  if ((template.spec.accessModes ?? []).length === 0) {
    errors.push(required(child(at, 'accessModes'), 'at least 1 access mode is required'));
  }
  if (template.spec.resources?.requests?.['storage'] === undefined) {
    errors.push(required(`${child(at, 'resources')}[storage]`));
  }
  if (podName !== undefined && podName !== '' && volume.name !== '') {
    const claim = `${podName}-${volume.name}`;
    for (const text of dns1123Subdomain(claim)) {
      const detail = `PVC name ${JSON.stringify(claim)}: ${text}`;
      errors.push(invalid(path.replace(/ephemeral$/, 'name'), volume.name, detail));
    }
  }
  return errors;
}
