import type { Json, JsonObject } from './element-order.ts';

// A patch names the members that it changes: `__proto__` is one like any other, and never the prototype.

/** A member of the object's own. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function setMember(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
