import { compareQuantities, QuantityError } from '../../machinery/quantity.ts';
import { isObject, type Json, type JsonObject } from './element-order.ts';
import { member } from './members.ts';

/** The leaves of a configuration by their paths, as field managers are told of them: `.metadata.labels.app`. */
export type Fields = Map<string, { keys: readonly (string | { name: string })[]; value: Json }>;

/** What identifies an object is nobody's field. */
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

/** What an object has at a field; undefined if it has none. */
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

/** Removes a field, and the item of a list that is nothing without it. */
export function removeAt(object: JsonObject, keys: readonly (string | { name: string })[]): void {
  const parent = valueAt(object, keys.slice(0, -1));
  const last = keys.at(-1);
  if (!isObject(parent) || typeof last !== 'string') return;
  delete parent[last];
  // An item of a list that has only its name left was this manager's alone.
  const item = keys.at(-2);
  const list = valueAt(object, keys.slice(0, -2));
  if (typeof item !== 'object' || !Array.isArray(list) || !Object.keys(parent).every((key) => key === 'name'))
    return;
  list.splice(list.indexOf(parent), 1);
}

export function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether an object has what is wanted of it; what defaults have added to the items of a list is no difference. */
export function covers(held: Json | undefined, wanted: Json | undefined): boolean {
  if (Array.isArray(held) && Array.isArray(wanted)) {
    return held.length === wanted.length && wanted.every((item, index) => covers(held[index], item));
  }
  if (isObject(held) && isObject(wanted)) {
    return Object.entries(wanted).every(([key, value]) => covers(member(held, key), value));
  }
  return same(held, wanted) || isSameQuantity(held, wanted);
}

/** The server keeps quantities in one form of many: `1000m` is `1`. */
function isSameQuantity(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'string' || (typeof b !== 'string' && typeof b !== 'number')) return false;
  try {
    return compareQuantities(a, String(b)) === 0;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
