import { canonicalQuantity, QuantityError } from '../../machinery/quantity.ts';
import { goTypeName } from './go-types.ts';
import { DecodeError, type DecodeMode, kindOf } from './decode-error.ts';
import type { Field, FieldType, StructSchema } from './types.ts';

export { DecodeError, type DecodeMode } from './decode-error.ts';

export interface Decoded {
  value: Record<string, unknown>;
  /** Paths of fields that are not in the schema, in the order of the document (`spec.containers[0].foo`). */
  unknownFields: string[];
}

interface Place {
  mode: DecodeMode;
  unknownFields: string[];
  /** With list indices, for unknown fields. */
  path: string;
  /** Without list indices, for errors about types. */
  goPath: string;
  /** The struct whose field is being decoded, and the field. */
  owner: StructSchema;
  field: Field | undefined;
}

/**
 * Converts a JSON value like a server that decodes it into its Go struct and encodes it again: unknown fields are dropped
 * and reported, empty optional ones omitted, fields ordered, quantities and times made canonical.
 * Throws DecodeError, with the message of the decoder of that mode, for a value of the wrong type.
 */
export function decode(schema: StructSchema, value: unknown, mode: DecodeMode): Decoded {
  const unknownFields: string[] = [];
  const place: Place = { mode, unknownFields, path: '', goPath: '', owner: schema, field: undefined };
  const decoded = decodeStruct(schema, value, place);
  return { value: decoded, unknownFields };
}

function decodeStruct(schema: StructSchema, value: unknown, place: Place): Record<string, unknown> {
  if (value !== null && value !== undefined && (typeof value !== 'object' || Array.isArray(value))) {
    throw wrongType({ kind: 'struct', struct: schema }, value, place);
  }
  const given = (value ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (!schema.fields.has(name)) place.unknownFields.push(join(place.path, name));
  }
  const out: Record<string, unknown> = {};
  for (const field of schema.fields.values()) {
    const decoded = decodeField(schema, field, given[field.name], place);
    if (decoded !== undefined) out[field.name] = decoded;
  }
  return out;
}

function decodeField(schema: StructSchema, field: Field, value: unknown, place: Place): unknown {
  const absent = value === undefined || value === null;
  if (absent && field.pointer) return field.always ? null : undefined;
  const decoded = decodeValue(field.type, value, {
    ...place,
    owner: schema,
    field,
    path: join(place.path, field.name),
    goPath: join(place.goPath, field.name),
  });
  if (field.pointer) return decoded;
  if (field.always) return decoded;
  if (field.omitZero && isZero(decoded)) return undefined;
  if (field.type.kind === 'struct' || field.type.kind === 'time' || field.type.kind === 'microTime') {
    return decoded;
  }
  if (field.type.kind === 'intOrString') return decoded;
  return isZero(decoded) ? undefined : decoded;
}

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function decodeValue(type: FieldType, value: unknown, place: Place): unknown {
  if (value === null || value === undefined) return zeroOf(type, place);
  switch (type.kind) {
    case 'struct':
      return decodeStruct(type.struct, value, place);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(type, value, place);
      return value.map((item, position) =>
        decodeValue(type.of, item, { ...place, path: `${place.path}[${position}]` }),
      );
    case 'map':
      return decodeMap(type.of, type, value, place);
    case 'raw':
      return value;
    default:
      return decodeScalar(type, value, place);
  }
}

function zeroOf(type: FieldType, place: Place): unknown {
  switch (type.kind) {
    case 'struct':
      return decodeStruct(type.struct, {}, place);
    case 'list':
    case 'map':
    case 'time':
    case 'microTime':
    case 'raw':
    case 'bytes':
      return null;
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    default:
      return '';
  }
}

function decodeMap(of: FieldType, type: FieldType, value: unknown, place: Place): unknown {
  if (typeof value !== 'object' || Array.isArray(value) || value === null)
    throw wrongType(type, value, place);
  const out: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[name];
    out[name] = decodeValue(of, item, { ...place, path: `${place.path}.${name}` });
  }
  return out;
}

const INT32_LIMIT = 2 ** 31;

function decodeScalar(type: FieldType, value: unknown, place: Place): unknown {
  switch (type.kind) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(type, value, place);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(type, value, place);
      return value;
    case 'int32':
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(type, value, place);
      if (type.kind === 'int32' && (value < -INT32_LIMIT || value >= INT32_LIMIT)) {
        throw wrongType(type, value, place);
      }
      return value;
    case 'quantity':
      return decodeQuantity(value);
    case 'intOrString':
      if (typeof value === 'string') return value;
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      throw new DecodeError(`json: cannot unmarshal ${kindOf(value)} into Go value of type int32`);
    case 'bytes':
      return decodeBytes(type, value, place);
    default:
      return decodeTime(type, value);
  }
}

function decodeQuantity(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  try {
    return canonicalQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) throw new DecodeError(error.message);
    throw error;
  }
}

function decodeBytes(type: FieldType, value: unknown, place: Place): string {
  if (typeof value !== 'string') throw wrongType(type, value, place);
  const text = value.replaceAll(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/=]/.exec(text);
  if (bad !== null) throw new DecodeError(`illegal base64 data at input byte ${bad.index}`);
  const canonical = Buffer.from(text, 'base64').toString('base64');
  if (canonical !== text) {
    const end = Math.floor(text.replace(/=*$/, '').length / 4) * 4;
    throw new DecodeError(`illegal base64 data at input byte ${end}`);
  }
  return canonical;
}

const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';

function decodeTime(type: FieldType, value: unknown): string {
  if (typeof value !== 'string') {
    throw new DecodeError(`json: cannot unmarshal ${kindOf(value)} into Go value of type string`);
  }
  const match = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(?<fraction>\d+))?(?:[Zz]|[+-]\d\d:\d\d)$/.exec(
    value,
  );
  const time = match === null ? Number.NaN : Date.parse(value);
  if (Number.isNaN(time)) {
    const layout = type.kind === 'microTime' ? RFC3339_MICRO : RFC3339;
    throw new DecodeError(
      `parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  const seconds = new Date(time).toISOString().slice(0, 19);
  if (type.kind !== 'microTime') return `${seconds}Z`;
  return `${seconds}.${(match?.groups?.['fraction'] ?? '').slice(0, 6).padEnd(6, '0')}Z`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function wrongType(type: FieldType, value: unknown, place: Place): DecodeError {
  if (place.mode === 'unstructured') return DecodeError.unstructured(type, value);
  const target = place.field === undefined ? 'value' : `struct field ${place.owner.name}.${place.goPath}`;
  const name = goTypeName(type, place.owner.name, place.field?.name ?? '');
  const shown = typeof value === 'number' && type.kind.startsWith('int') ? `number ${value}` : kindOf(value);
  return new DecodeError(`json: cannot unmarshal ${shown} into Go ${target} of type ${name}`);
}
