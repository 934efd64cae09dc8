import { textOf } from '../../machinery/metadata.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { AGE, column, NAME } from './columns.ts';

function count(values: unknown): number {
  return typeof values === 'object' && values !== null ? Object.keys(values).length : 0;
}

function age(object: KubeObject, now: Date): string {
  return ageOf(object.metadata.creationTimestamp, now);
}

export const NAMESPACE_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Status', 'The status of the namespace'),
  AGE,
];

export function namespaceRow(object: KubeObject, now: Date): TableRow {
  const phase = (object['status'] as { phase?: string } | undefined)?.phase ?? '';
  return { cells: [object.metadata.name ?? '', phase, age(object, now)] };
}

export const CONFIG_MAP_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Data',
    "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
  ),
  AGE,
];

export function configMapRow(object: KubeObject, now: Date): TableRow {
  const entries = count(object['data']) + count(object['binaryData']);
  return { cells: [object.metadata.name ?? '', entries, age(object, now)] };
}

export const SECRET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Type',
    'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
  ),
  column(
    'Data',
    "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
  ),
  AGE,
];

export function secretRow(object: KubeObject, now: Date): TableRow {
  return {
    cells: [object.metadata.name ?? '', textOf(object, 'type'), count(object['data']), age(object, now)],
  };
}

export const SERVICE_ACCOUNT_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Secrets',
    'Secrets is a list of the secrets in the same namespace that pods running using this ServiceAccount are allowed to use. Pods are only limited to this list if this service account has a "kubernetes.io/enforce-mountable-secrets" annotation set to "true". The "kubernetes.io/enforce-mountable-secrets" annotation is deprecated since v1.32. Prefer separate namespaces to isolate access to mounted secrets. This field should not be used to find auto-generated service account token secrets for use outside of pods. Instead, tokens can be requested directly using the TokenRequest API, or service account token secrets can be manually created. More info: https://kubernetes.io/docs/concepts/configuration/secret',
  ),
  AGE,
];

export function serviceAccountRow(object: KubeObject, now: Date): TableRow {
  return { cells: [object.metadata.name ?? '', count(object['secrets']), age(object, now)] };
}

const CREATED: TableColumn = column('Created At', AGE.description, 'date');

export const LIMIT_RANGE_COLUMNS: readonly TableColumn[] = [NAME, CREATED];

export function limitRangeRow(object: KubeObject): TableRow {
  return { cells: [object.metadata.name ?? '', object.metadata.creationTimestamp ?? null] };
}

export const QUOTA_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.'),
  column(
    'Limit',
    'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
  ),
  AGE,
];

export function quotaRow(object: KubeObject, now: Date): TableRow {
  const { hard = {}, used = {} } = (object['status'] ?? {}) as {
    hard?: Record<string, string>;
    used?: Record<string, string>;
  };
  const shown = (limits: boolean): string =>
    Object.keys(hard)
      .sort()
      .filter((name) => name.startsWith('limits.') === limits)
      .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`)
      .join(', ');
  return { cells: [object.metadata.name ?? '', shown(false), shown(true), age(object, now)] };
}
