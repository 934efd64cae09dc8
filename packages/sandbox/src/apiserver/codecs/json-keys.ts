/** A field of an object in a JSON text. */
export interface JsonKey {
  /** Its path in the server's notation: `spec.containers[0].image`. */
  path: string;
  /** Whether its object has an earlier field with the same name. */
  repeated: boolean;
}

interface Frame {
  path: string;
  /** Names so far; undefined for a list. */
  names?: Set<string>;
  /** The name of the current field. */
  name?: string;
  index: number;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The fields of all objects in a valid JSON text, in order, including duplicates, which a parsed value lacks. */
export function jsonKeys(text: string): JsonKey[] {
  const keys: JsonKey[] = [];
  const stack: Frame[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    const frame = stack.at(-1);
    if (token === '{' || token === '[') {
      const path = frame === undefined ? '' : pathIn(frame);
      stack.push(token === '{' ? { path, names: new Set(), index: 0 } : { path, index: 0 });
    } else if (token === '}' || token === ']') stack.pop();
    else if (frame === undefined || token === ':') continue;
    else if (token === ',') {
      frame.index += 1;
      delete frame.name;
    } else if (frame.names !== undefined && frame.name === undefined) {
      frame.name = JSON.parse(token) as string;
      keys.push({ path: pathIn(frame), repeated: frame.names.has(frame.name) });
      frame.names.add(frame.name);
    }
  }
  return keys;
}

function pathIn({ path, names, name, index }: Frame): string {
  if (names === undefined) return `${path}[${index}]`;
  return path === '' ? `${name}` : `${path}.${name}`;
}
