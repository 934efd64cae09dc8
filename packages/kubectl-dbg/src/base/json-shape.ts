/** Limits for a JSON text. */
export interface JsonLimits {
  /** Nesting of arrays and objects. */
  depth: number;
  /** Number of all values: members, elements, and the document itself. */
  values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Returns the limit that a JSON text exceeds, before it is parsed: 60 MB of `{},{},` would become gigabytes of objects,
 * and deep nesting overflows the stack. Linear, without a parser: for invalid JSON the result means nothing, and the
 * parser refuses it.
 */
export function exceededLimit(text: string, limits: JsonLimits): 'depth' | 'values' | undefined {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === COMMA || code === COLON) {
      values += 1;
      if (values > limits.values) return 'values';
    } else if ((code | 0x20) === 0x7b) {
      // `[` and `{` differ in one bit, as `]` and `}` do.
      depth += 1;
      values += 1;
      if (depth > limits.depth) return 'depth';
      if (values > limits.values) return 'values';
    } else if ((code | 0x20) === 0x7d) depth -= 1;
  }
  return undefined;
}

/** The position of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at < 0 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
