import type { Json, JsonObject } from './element-order.ts';

// Patches contain property names from clients: `__proto__` must be an ordinary property, not the prototype.

/** An own property. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function setMember(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}
