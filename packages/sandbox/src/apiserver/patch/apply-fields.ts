import { compareQuantities, QuantityError } from '../../machinery/quantity.ts';
import { isObject, type Json, type JsonObject } from './element-order.ts';
import { member } from './members.ts';

/** The leaf fields of a configuration by path, as in conflicts: `.metadata.labels.app`. */
export type Fields = Map<string, { keys: readonly (string | { name: string })[]; value: Json }>;

/** Fields that identify an object have no manager. */
const IDENTITY = new Set(['.apiVersion', '.kind', '.metadata.name', '.metadata.namespace', '.metadata.uid']);

/** The fields that a configuration sets. */
export function fieldsOf(configuration: JsonObject): Fields {
  const fields: Fields = new Map();
  const visit = (value: Json, path: string, keys: readonly (string | { name: string })[]): void => {
    if (IDENTITY.has(path)) return;
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`, [...keys, key]);
    } else if (isNamedList(value)) {
      for (const { name, ...item } of value) {
        visit(item, `${path}[name=${JSON.stringify(name)}]`, [...keys, { name }]);
      }
    } else if (keys.length > 0) fields.set(path, { keys, value });
  };
  visit(configuration, '', []);
  return fields;
}

export function isNamedList(value: Json | undefined): value is (JsonObject & { name: string })[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isObject(item) && typeof item['name'] === 'string')
  );
}

/** The value of a field in an object; undefined if absent. */
export function valueAt(
  object: Json | undefined,
  keys: readonly (string | { name: string })[],
): Json | undefined {
  let value = object;
  for (const key of keys) {
    if (typeof key === 'string') value = isObject(value) ? member(value, key) : undefined;
    else value = isNamedList(value) ? value.find(({ name }) => name === key.name) : undefined;
  }
  return value;
}

/** Removes a field, and a list item of which only the name remains. */
export function removeAt(object: JsonObject, keys: readonly (string | { name: string })[]): void {
  const parent = valueAt(object, keys.slice(0, -1));
  const last = keys.at(-1);
  if (!isObject(parent) || typeof last !== 'string') return;
  delete parent[last];
  // An item with only a name belonged to this manager alone.
  const item = keys.at(-2);
  const list = valueAt(object, keys.slice(0, -2));
  if (typeof item !== 'object' || !Array.isArray(list) || !Object.keys(parent).every((key) => key === 'name'))
    return;
  list.splice(list.indexOf(parent), 1);
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a value equals the applied one, apart from defaults that were added to list items. */
export function covers(held: Json | undefined, wanted: Json | undefined): boolean {
  if (Array.isArray(held) && Array.isArray(wanted)) {
    return held.length === wanted.length && wanted.every((item, index) => covers(held[index], item));
  }
  if (isObject(held) && isObject(wanted)) {
    return Object.entries(wanted).every(([key, value]) => covers(member(held, key), value));
  }
  return same(held, wanted) || isSameQuantity(held, wanted);
}

/** Whether two quantities are equal: `1000m` is `1`. */
function isSameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'string' || (typeof b !== 'string' && typeof b !== 'number')) return false;
  try {
    return compareQuantities(a, String(b)) === 0;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
