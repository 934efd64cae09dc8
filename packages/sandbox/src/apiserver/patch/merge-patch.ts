import { type Json, type JsonObject, isObject } from './element-order.ts';
import { member, setMember } from './members.ts';

/** A JSON merge patch (RFC 7386). Neither argument is changed. */
export function mergePatch(original: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return structuredClone(patch);
  const merged: JsonObject = isObject(original) ? { ...original } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setMember(merged, key, mergePatch(member(merged, key), value));
  }
  return merged;
}
