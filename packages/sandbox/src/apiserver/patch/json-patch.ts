import { isDeepStrictEqual } from 'node:util';
import { type Json, type JsonObject, isObject } from './element-order.ts';
import { setMember } from './members.ts';

export interface Operation {
  op?: string;
  path?: string;
  from?: string;
  value?: Json;
}

/** An operation can't be applied. The server does not report the reason. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
}

type Container = Json[] | JsonObject;

/**
 * Applies a JSON patch (RFC 6902) like the server's library: `replace` of a missing field adds it, and negative indices
 * count from the end. May change the document.
 */
export function applyJsonPatch(document: Json, operations: readonly Operation[]): Json {
  // Represents the document as a property, so that operations can replace it.
  const root: JsonObject = { '': document };
  for (const operation of operations) applyOperation(root, operation);
  return root[''] ?? null;
}

function applyOperation(root: JsonObject, { op, path, from, value = null }: Operation): void {
  if (path === undefined) throw new JsonPatchError();
  switch (op) {
    case 'add':
      add(...locate(root, path), value);
      return;
    case 'remove':
      remove(...locate(root, path));
      return;
    case 'replace':
      replace(root, path, value);
      return;
    case 'move': {
      const [source, key] = locate(root, from);
      const moved = get(source, key) ?? null;
      remove(source, key);
      add(...locate(root, path), moved);
      return;
    }
    case 'test':
      if (!isDeepStrictEqual(path === '' ? root[''] : (get(...locate(root, path)) ?? null), value)) {
        throw new JsonPatchError();
      }
      return;
    case 'copy':
      add(...locate(root, path), structuredClone(get(...locate(root, from)) ?? null));
      return;
    default:
      throw new JsonPatchError();
  }
}

function replace(root: JsonObject, path: string, value: Json): void {
  if (path === '') {
    if (typeof value !== 'object' || value === null) throw new JsonPatchError();
    root[''] = value;
    return;
  }
  const [container, key] = locate(root, path);
  if (!Array.isArray(container)) {
    setMember(container, key, value);
    return;
  }
  get(container, key);
  container.splice(indexIn(key, container.length), 1, value);
}

/** The parent and the key of a path; text before the first slash is ignored. */
function locate(root: JsonObject, path: string | undefined): [Container, string] {
  const parts = path?.split('/').slice(1).map(unescapeKey) ?? [];
  const key = parts.pop();
  if (key === undefined) throw new JsonPatchError();
  let container = root[''];
  for (const part of parts) {
    if (!Array.isArray(container) && !isObject(container)) throw new JsonPatchError();
    container = get(container, part);
  }
  if (!Array.isArray(container) && !isObject(container)) throw new JsonPatchError();
  return [container, key];
}

function unescapeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function get(container: Container, key: string): Json | undefined {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key] : undefined;
  const index = indexIn(key, container.length);
  if (index >= container.length) throw new JsonPatchError();
  return container[index];
}

function add(container: Container, key: string, value: Json): void {
  if (!Array.isArray(container)) setMember(container, key, value);
  else if (key === '-') container.push(value);
  else {
    const index = indexIn(key, container.length + 1);
    if (index > container.length) throw new JsonPatchError();
    container.splice(index, 0, value);
  }
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) {
    get(container, key);
    container.splice(indexIn(key, container.length), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) throw new JsonPatchError();
  delete container[key];
}

/** An index in a list of this length; negative ones count from the end. */
function indexIn(key: string, length: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new JsonPatchError();
  const index = Number(key);
  if (index < -length) throw new JsonPatchError();
  return index < 0 ? index + length : index;
}
