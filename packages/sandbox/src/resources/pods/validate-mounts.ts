import type { VolumeDevice, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  notFound,
  notSupported,
  required,
} from '../../machinery/field-errors.ts';
import { descendingPath, withoutBacksteps } from './paths.ts';
import type { Container, Volume } from './types.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE_READ_ONLY = ['Disabled', 'Enabled', 'IfPossible'];

export function validateVolumeMounts(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const targets = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [position, mount] of (container.volumeMounts ?? []).entries()) {
    const at = index(path, position);
    if (mount.name === '') errors.push(required(child(at, 'name')));
    const volume = volumes.get(mount.name);
    if (volume === undefined) errors.push(notFound(child(at, 'name'), mount.name));
    if (mount.mountPath === '') errors.push(required(child(at, 'mountPath')));
    if (targets.has(mount.mountPath)) {
      errors.push(invalid(child(at, 'mountPath'), mount.mountPath, 'must be unique'));
    }
    targets.add(mount.mountPath);
    if (devices.some((device) => device.name === mount.name)) {
      errors.push(invalid(child(at, 'name'), mount.name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device.devicePath === mount.mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices';
      errors.push(invalid(child(at, 'mountPath'), mount.mountPath, detail));
    }
    errors.push(...validateSubPaths(mount, volume, path, at));
    errors.push(...validatePropagation(mount, container, child(path, 'mountPropagation')));
    errors.push(...validateRecursiveReadOnly(mount, child(path, 'recursiveReadOnly')));
  }
  return errors;
}

/** As in the real server, some errors have the path of the list. */
function validateSubPaths(
  mount: VolumeMount,
  volume: Volume | undefined,
  path: string,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const { subPath = '', subPathExpr = '' } = mount;
  if (volume?.image !== undefined) {
    const detail = 'not allowed in image volume sources';
    if (subPath !== '') errors.push(invalid(child(at, 'subPath'), subPath, detail));
    if (subPathExpr !== '') errors.push(invalid(child(at, 'subPathExpr'), subPathExpr, detail));
  }
  if (subPath !== '') errors.push(...descendingPath(subPath, child(path, 'subPath')));
  if (subPathExpr !== '') {
    if (subPath !== '') {
      const detail = 'subPathExpr and subPath are mutually exclusive';
      errors.push(invalid(child(at, 'subPathExpr'), subPathExpr, detail));
    }
    errors.push(...descendingPath(subPathExpr, child(path, 'subPathExpr')));
  }
  return errors;
}

function validatePropagation(mount: VolumeMount, container: Container, path: string): FieldError[] {
  const mode = mount.mountPropagation;
  if (mode === undefined) return [];
  const errors: FieldError[] = [];
  if (!PROPAGATIONS.includes(mode)) errors.push(notSupported(path, mode, PROPAGATIONS));
  if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    const detail = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(forbidden(path, detail));
  }
  return errors;
}

function validateRecursiveReadOnly(mount: VolumeMount, path: string): FieldError[] {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return [];
  if (!RECURSIVE_READ_ONLY.includes(mode)) return [notSupported(path, mode, RECURSIVE_READ_ONLY)];
  const errors: FieldError[] = [];
  if (mount.readOnly !== true) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    const detail = 'may only be specified when mountPropagation is None or not specified';
    errors.push(forbidden(path, detail));
  }
  return errors;
}

export function validateVolumeDevices(
  devices: readonly VolumeDevice[],
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [position, device] of devices.entries()) {
    const at = index(path, position);
    const { name, devicePath } = device;
    const volume = volumes.get(name);
    if (name === '') errors.push(required(child(at, 'name')));
    if (names.has(name)) errors.push(invalid(child(at, 'name'), name, 'must be unique'));
    if (volume === undefined) errors.push(notFound(child(at, 'name'), name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(child(at, 'name'), name, detail));
    }
    const pathAt = child(at, 'devicePath');
    if (devicePath === '') errors.push(required(pathAt));
    if (paths.has(devicePath)) errors.push(invalid(pathAt, devicePath, 'must be unique'));
    if (withoutBacksteps(devicePath, pathAt).length > 0) {
      errors.push(invalid(pathAt, devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalid(child(at, 'name'), name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      errors.push(invalid(pathAt, devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name !== '') names.add(name);
  }
  return errors;
}
