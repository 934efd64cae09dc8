const TRIMMED = '$trimmed';
/** Maximum length of each side of a difference in the report. */
const SHOWN = 300;

/**
 * The first place where a response differs from the recording, with both values; undefined if they are equal.
 * What the recorder has trimmed is not compared.
 */
export function difference(recorded: unknown, own: unknown, path = '', partial = false): string | undefined {
  if (recorded === TRIMMED) return undefined;
  if (isObject(recorded) && recorded[TRIMMED] !== undefined) {
    const { length, base64Length } = recorded;
    if (Object.keys(recorded).length === 1) return undefined;
    // Bytes that are not text are recorded only as a length.
    if (base64Length !== undefined) return undefined;
    if (typeof length === 'number' && typeof own === 'string') {
      return difference(length, Buffer.byteLength(own), `${path}.length`);
    }
  }
  if (Array.isArray(recorded) && Array.isArray(own)) return listDifference(recorded, own, path, partial);
  if (isObject(recorded) && isObject(own)) return objectDifference(recorded, own, path, partial);
  if (Object.is(recorded, own)) return undefined;
  // In a trimmed object null means absent.
  if ((partial || path === '') && (recorded ?? undefined) === (own ?? undefined)) return undefined;
  return `${path === '' ? '(all)' : path}: expected ${show(recorded)}, got ${show(own)}`;
}

function listDifference(
  recorded: readonly unknown[],
  own: readonly unknown[],
  path: string,
  partial: boolean,
): string | undefined {
  const length = Math.max(recorded.length, own.length);
  for (let index = 0; index < length; index += 1) {
    const found = difference(recorded[index], own[index], `${path}[${index}]`, partial);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectDifference(
  recorded: Record<string, unknown>,
  own: Record<string, unknown>,
  path: string,
  partial: boolean,
): string | undefined {
  // In a trimmed object only the remaining fields are compared, at all depths.
  const isTrimmed = partial || recorded[TRIMMED] !== undefined || Object.values(recorded).some(wasTrimmed);
  const keys = new Set([...Object.keys(recorded), ...(isTrimmed ? [] : Object.keys(own))]);
  keys.delete(TRIMMED);
  for (const key of keys) {
    const place = path === '' ? key : `${path}.${key}`;
    // A trimmed list contains only some of the items.
    const found =
      typeof recorded[TRIMMED] === 'string' && key === 'items'
        ? subsetDifference(recorded[key], own[key], place)
        : difference(recorded[key], own[key], place, isTrimmed);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Each recorded item must match our item of the same name. */
function subsetDifference(recorded: unknown, own: unknown, path: string): string | undefined {
  if (!Array.isArray(recorded) || !Array.isArray(own)) return difference(recorded, own, path);
  for (const item of recorded) {
    const name = nameOf(item);
    const found = difference(
      item,
      own.find((one) => nameOf(one) === name),
      `${path}[${name}]`,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** If a member was trimmed, its siblings may be missing too. */
function wasTrimmed(value: unknown): boolean {
  return value === TRIMMED || (isObject(value) && value[TRIMMED] !== undefined);
}

function nameOf(item: unknown): string {
  return (item as { metadata?: { name?: string } } | null)?.metadata?.name ?? '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
