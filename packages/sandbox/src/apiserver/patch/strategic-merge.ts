import type { Field, FieldType, StructSchema } from '../../resources/schema/types.ts';
import { goPrint } from '../../machinery/go-quote.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { type Json, type JsonObject, isObject, mergeByOrder, sameItem } from './element-order.ts';
import { member, setMember } from './members.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const SET_ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch to a document: lists are merged by the merge key in the schema. Changes neither argument.
 */
export function strategicMerge(
  original: JsonObject,
  patch: JsonObject,
  schema: StructSchema | undefined,
): JsonObject {
  return mergeMap(structuredClone(original), structuredClone(patch), schema);
}

function mergeMap(original: JsonObject, patch: JsonObject, schema: StructSchema | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    delete patch[DIRECTIVE];
    if (directive === 'replace') return patch;
    if (directive === 'delete') return {};
    throw badDirective(directive, { ...patch, [DIRECTIVE]: directive });
  }
  retainKeys(original, patch);
  applyElementOrders(original, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) {
      deleteFromPrimitives(original, key.slice(DELETE_FROM.length), value);
    } else if (value === null) {
      delete original[key];
    } else if (member(original, key) === undefined && isObject(value) && isWholeDirective(value[DIRECTIVE])) {
      // A map with a directive changes an existing map, but does not create one.
      continue;
    } else {
      setMember(original, key, mergeValue(member(original, key), value, schema?.fields.get(key)));
    }
  }
  return original;
}

function isWholeDirective(directive: Json | undefined): boolean {
  return directive === 'replace' || directive === 'delete';
}

function mergeValue(original: Json | undefined, patch: Json, field: Field | undefined): Json {
  if (original === undefined || original === null) return withoutDirectives(patch);
  if (isObject(patch) && isObject(original)) return mergeMap(original, patch, structOf(field?.type));
  if (Array.isArray(patch) && Array.isArray(original)) return mergeList(original, patch, field);
  return withoutDirectives(patch);
}

function mergeList(original: Json[], patch: Json[], field: Field | undefined): Json[] {
  if (field?.mergeKey === undefined) return patch.map(withoutDirectives);
  const { mergeKey } = field;
  if (mergeKey === '') {
    const merged = [...new Set([...original, ...patch])];
    return mergeByOrder(merged, patch, patch, original, mergeKey);
  }
  const special = patch.filter((item) => isObject(item) && item[DIRECTIVE] !== undefined);
  const plain = patch.filter((item) => !special.includes(item));
  for (const item of special) checkDirective(item, mergeKey);
  if (special.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) return plain;
  const deleted = special.filter(isObject);
  const kept = original.filter((item) => !deleted.some((one) => sameItem(one, item, mergeKey)));
  const merged = mergeItems(kept, plain, mergeKey, field);
  return mergeByOrder(merged, plain, plain, kept, mergeKey);
}

function mergeItems(
  original: readonly Json[],
  patch: readonly Json[],
  mergeKey: string,
  field: Field,
): Json[] {
  const struct = structOf(field.type.kind === 'list' ? field.type.of : undefined);
  const merged = [...original];
  for (const item of patch) {
    if (!isObject(item) || item[mergeKey] === undefined) {
      throw withoutKey(item, mergeKey);
    }
    const position = merged.findIndex((one) => sameItem(one, item, mergeKey));
    const found = merged[position];
    if (found !== undefined && isObject(found))
      merged[position] = mergeMap(found, structuredClone(item), struct);
    else merged.push(withoutDirectives(item));
  }
  return merged;
}

/** Validates the directive of a list item. */
function checkDirective(item: Json, mergeKey: string): void {
  if (!isObject(item)) return;
  const directive = item[DIRECTIVE] ?? null;
  if (directive === 'merge') throw failure('merging lists cannot yet be specified in the patch');
  if (directive === 'delete' && item[mergeKey] === undefined) throw withoutKey(item, mergeKey);
  if (directive !== 'delete' && directive !== 'replace') throw badDirective(directive, item);
}

function badDirective(directive: Json, item: JsonObject): StatusError {
  return failure(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(item)}`);
}

function withoutKey(item: Json, mergeKey: string): StatusError {
  return failure(`map: ${goPrint(item)} does not contain declared merge key: ${mergeKey}`);
}

/** A real server reports these errors as 500. */
function failure(message: string): StatusError {
  return new StatusError(500, '', message);
}

/** `$retainKeys` lists all keys that a union keeps. */
function retainKeys(original: JsonObject, patch: JsonObject): void {
  const retained = patch[RETAIN_KEYS];
  if (retained === undefined) return;
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(retained)) return;
  for (const key of Object.keys(original)) if (!retained.includes(key)) delete original[key];
}

/** `$setElementOrder/FIELD` sets the order of a merged list. */
function applyElementOrders(original: JsonObject, patch: JsonObject, schema: StructSchema | undefined): void {
  for (const directive of Object.keys(patch).filter((key) => key.startsWith(SET_ORDER))) {
    const order = patch[directive];
    delete patch[directive];
    const name = directive.slice(SET_ORDER.length);
    const field = schema?.fields.get(name);
    const before = member(original, name);
    const change = member(patch, name);
    if (!Array.isArray(order)) continue;
    const current = Array.isArray(before) ? before : [];
    if (before === undefined && change === undefined) continue;
    // null removes the list, as without an order.
    if (change === null) continue;
    const merged = Array.isArray(change) ? mergeList(current, change, field) : current;
    setMember(original, name, mergeByOrder(merged, order, order, current, field?.mergeKey ?? ''));
    delete patch[name];
  }
}

function deleteFromPrimitives(original: JsonObject, name: string, value: Json | undefined): void {
  const list = member(original, name);
  if (!Array.isArray(list) || !Array.isArray(value)) return;
  setMember(
    original,
    name,
    list.filter((item) => !value.includes(item)),
  );
}

/** A new value without nulls and directives. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    return value.filter((item) => !isObject(item) || item[DIRECTIVE] !== 'delete').map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  const clean: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null && !key.startsWith('$')) setMember(clean, key, withoutDirectives(inner));
  }
  return clean;
}

function structOf(type: FieldType | undefined): StructSchema | undefined {
  return type?.kind === 'struct' ? type.struct : undefined;
}
