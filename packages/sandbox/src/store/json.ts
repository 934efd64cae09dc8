/**
 * A deep copy of a JSON value; undefined properties are omitted, as in JSON. structuredClone takes several times as long,
 * and the store copies an object for every change.
 */
export function cloneJson<T>(value: T): T {
  return clone(value) as T;
}

/** Whether two JSON values are equal; undefined properties count as absent. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  return isContainer(a) && isContainer(b) && !Array.isArray(b) && equalObjects(a, b);
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let surplus = 0;
  for (const key of Object.keys(a)) {
    if (a[key] === undefined) continue;
    surplus += 1;
    if (!Object.hasOwn(b, key) || !equalJson(a[key], b[key])) return false;
  }
  for (const key of Object.keys(b)) if (b[key] !== undefined) surplus -= 1;
  return surplus === 0;
}

function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  if (!isContainer(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    // Assigning to `__proto__` would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(copy, key, {
        value: clone(member),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else copy[key] = clone(member);
  }
  return copy;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
