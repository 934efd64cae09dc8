import type { ObjectFieldSelector, ResourceFieldSelector } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { qualifiedName } from '../../machinery/names.ts';

/** Pod fields that an environment variable may reference. */
export const ENV_FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** Pod fields that a file of a downward API volume may reference. */
export const VOLUME_FIELD_PATHS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** Field labels that the server can convert; all others are unknown. */
const KNOWN_FIELDS = new Set([
  ...VOLUME_FIELD_PATHS,
  ...ENV_FIELD_PATHS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
]);

const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Validates a reference to a pod field; `allowed` must be sorted. */
export function validateFieldRef(
  reference: ObjectFieldSelector,
  allowed: readonly string[],
  path: string,
): FieldError[] {
  const { apiVersion = '', fieldPath } = reference;
  if (apiVersion === '') return [required(child(path, 'apiVersion'))];
  if (fieldPath === '') return [required(child(path, 'fieldPath'))];
  const at = child(path, 'fieldPath');
  if (apiVersion !== 'v1') {
    const detail = `error converting fieldPath: unsupported pod version: ${apiVersion}`;
    return [invalid(at, fieldPath, detail)];
  }
  const subscripted = /^(?<base>[^[]*)\['(?<subscript>.*)'\]$/.exec(fieldPath)?.groups;
  if (subscripted !== undefined) return validateSubscript(fieldPath, subscripted, path);
  if (!KNOWN_FIELDS.has(fieldPath)) {
    const detail = `error converting fieldPath: field label not supported: ${fieldPath}`;
    return [invalid(at, fieldPath, detail)];
  }
  // The server converts the old name.
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  return allowed.includes(field) ? [] : [notSupported(at, field, allowed)];
}

function validateSubscript(
  fieldPath: string,
  { base = '', subscript = '' }: Readonly<Record<string, string | undefined>>,
  path: string,
): FieldError[] {
  if (base !== 'metadata.annotations' && base !== 'metadata.labels') {
    const detail = `error converting fieldPath: field label does not support subscript: ${fieldPath}`;
    return [invalid(child(path, 'fieldPath'), fieldPath, detail)];
  }
  const key = base === 'metadata.annotations' ? subscript.toLowerCase() : subscript;
  return qualifiedName(key).map((text) => invalid(path, key, text));
}

/** Validates a reference to a container's resource; in a volume, the container's name is required. */
export function validateResourceFieldRef(
  reference: ResourceFieldSelector,
  inVolume: boolean,
  path: string,
): FieldError[] {
  const { resource, containerName = '' } = reference;
  const errors: FieldError[] = [];
  const hugePages = /^(?:limits|requests)\.hugepages-/.test(resource);
  if (inVolume && containerName === '') errors.push(required(child(path, 'containerName')));
  else if (resource === '') errors.push(required(child(path, 'resource')));
  else if (!RESOURCE_FIELDS.includes(resource) && !hugePages) {
    errors.push(notSupported(child(path, 'resource'), resource, RESOURCE_FIELDS));
  }
  const divisor = reference.divisor ?? '0';
  if (divisor === '0') return errors;
  const at = child(path, 'divisor');
  const unit = hugePages ? 'hugepages' : resource.replace(/^.*\./, '');
  if (unit === 'cpu' && !['1m', '1'].includes(divisor)) {
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource";
    errors.push(invalid(at, resource, detail));
  } else if (
    ['memory', 'ephemeral-storage', 'hugepages'].includes(unit) &&
    !BYTE_DIVISORS.includes(divisor)
  ) {
    const shown = unit === 'ephemeral-storage' ? 'local ephemeral storage' : unit;
    const detail = `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${shown} resource`;
    errors.push(invalid(at, resource, detail));
  }
  return errors;
}
