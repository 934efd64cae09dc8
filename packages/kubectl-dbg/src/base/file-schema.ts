import { boolean, custom, nullish, object, type ObjectEntries, pipe, string } from 'valibot';

// Parts of the schemas of user-written files. Unknown fields are accepted, so that newer files can still be read.

/** A map; valibot's own object also accepts a list. */
export const map = custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a map',
);

/** A map with these fields. */
export function mapWith<const T extends ObjectEntries>(entries: T) {
  return pipe(map, object(entries));
}

/** An optional field; null counts as absent, as in Go's decoder. */
export function maybe<const T extends Parameters<typeof nullish>[0]>(schema: T) {
  return nullish(schema, () => undefined);
}

export const text = string('a string');
export const flag = boolean('true or false');
