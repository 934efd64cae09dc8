/** A field's text; undefined if the server sent another type. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A field's integer. */
export function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** A field's list of objects; empty if the server sent another type. */
export function objects<T extends object>(value: readonly T[] | undefined | null): T[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(
    (item): item is T => typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

/** `object` without undefined fields. */
export function present<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
