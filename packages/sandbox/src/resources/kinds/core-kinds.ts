import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { forbidden, invalid, key, required, tooLong } from '../../machinery/field-errors.ts';
import { metaOf, textOf } from '../../machinery/metadata.ts';
import { configKey, dns1123Label, dns1123Subdomain } from '../../machinery/names.ts';
import {
  CONFIG_MAP_COLUMNS,
  configMapRow,
  NAMESPACE_COLUMNS,
  namespaceRow,
  SECRET_COLUMNS,
  secretRow,
  SERVICE_ACCOUNT_COLUMNS,
  serviceAccountRow,
} from '../tables/core-tables.ts';
import { defineKind } from './kind.ts';

/** 1 MiB for all values together. */
const MAX_CONFIG_BYTES = 1_048_576;
const NAME_LABEL = 'kubernetes.io/metadata.name';

type Values = Readonly<Record<string, unknown>>;

/** A map field of an object. */
function valuesOf(object: KubeObject, field: string): Values {
  return (object[field] ?? {}) as Values;
}

export const NAMESPACES = defineKind({
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  checkName: dns1123Label,
  default(object) {
    const { name } = object.metadata;
    if (name === undefined || name === '') return;
    metaOf(object).labels = { ...(object.metadata.labels as Record<string, string>), [NAME_LABEL]: name };
  },
  newStatus: () => ({ phase: 'Active' }),
  prepareForCreate(object) {
    const spec = (object['spec'] ?? {}) as { finalizers?: string[] };
    const finalizers = spec.finalizers ?? [];
    object['spec'] = {
      finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
    };
  },
  prepareForUpdate(object, old, _context, subresource) {
    if (subresource !== 'finalize') object['spec'] = structuredClone(old['spec']);
  },
  columns: NAMESPACE_COLUMNS,
  row: namespaceRow,
  fieldSelectors: {
    'status.phase': (object) => textOf(valuesOf(object, 'status'), 'phase'),
  },
});

export const CONFIG_MAPS = defineKind({
  kind: 'ConfigMap',
  plural: 'configmaps',
  checkName: dns1123Subdomain,
  validate(object) {
    const errors: FieldError[] = [];
    let size = 0;
    const binary = valuesOf(object, 'binaryData');
    for (const field of ['data', 'binaryData']) {
      for (const [name, value] of Object.entries(valuesOf(object, field))) {
        const at = key(field, name);
        errors.push(...configKey(name).map((text) => invalid(at, name, text)));
        if (field === 'data' && name in binary) {
          errors.push(invalid(at, name, 'duplicate of key present in binaryData'));
        }
        size += Buffer.byteLength(String(value), field === 'data' ? 'utf8' : 'base64');
      }
    }
    // The path is that of the object.
    return size > MAX_CONFIG_BYTES ? [...errors, tooLong('[]', MAX_CONFIG_BYTES)] : errors;
  },
  validateUpdate: (object, old) => validateImmutable(object, old, ['data', 'binaryData']),
  columns: CONFIG_MAP_COLUMNS,
  row: configMapRow,
});

/** The data of an immutable object may not change, nor the mark itself. */
function validateImmutable(object: KubeObject, old: KubeObject, fields: readonly string[]): FieldError[] {
  if (old['immutable'] !== true) return [];
  const detail = 'field is immutable when `immutable` is set';
  const changed = fields.filter((field) => JSON.stringify(object[field]) !== JSON.stringify(old[field]));
  return [
    ...(object['immutable'] === true ? [] : [forbidden('immutable', detail)]),
    ...changed.map((field) => forbidden(field, detail)),
  ];
}

/** Required keys by type of Secret. */
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export const SECRETS = defineKind({
  kind: 'Secret',
  plural: 'secrets',
  checkName: dns1123Subdomain,
  default(object) {
    object['type'] ??= 'Opaque';
    const plain = valuesOf(object, 'stringData');
    if (Object.keys(plain).length === 0) return;
    const encoded = Object.entries(plain).map(([name, value]) => [
      name,
      Buffer.from(String(value)).toString('base64'),
    ]);
    object['data'] = { ...valuesOf(object, 'data'), ...Object.fromEntries(encoded) };
    delete object['stringData'];
  },
  validate(object) {
    const data = valuesOf(object, 'data');
    const errors = Object.keys(data).flatMap((name) =>
      configKey(name).map((text) => invalid(key('data', name), name, text)),
    );
    const type = String(object['type']);
    for (const name of SECRET_KEYS[type] ?? []) if (!(name in data)) errors.push(required(key('data', name)));
    if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
      errors.push(required(key('data', 'username')), required(key('data', 'password')));
    }
    const owner = 'kubernetes.io/service-account.name';
    const annotations = (object.metadata.annotations ?? {}) as Record<string, string>;
    if (type === 'kubernetes.io/service-account-token' && (annotations[owner] ?? '') === '') {
      errors.push(required(key('metadata.annotations', owner)));
    }
    return errors;
  },
  validateUpdate(object, old) {
    const type =
      object['type'] === old['type'] ? [] : [invalid('type', object['type'], 'field is immutable')];
    return [...type, ...validateImmutable(object, old, ['data'])];
  },
  columns: SECRET_COLUMNS,
  row: secretRow,
  fieldSelectors: { type: (object) => textOf(object, 'type') },
});

export const SERVICE_ACCOUNTS = defineKind({
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  checkName: dns1123Subdomain,
  columns: SERVICE_ACCOUNT_COLUMNS,
  row: serviceAccountRow,
});
