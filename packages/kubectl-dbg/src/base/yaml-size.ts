/**
 * A document that may contain more values is not parsed: the parser blocks the process, including signals, for about two
 * microseconds per value, and uses hundreds of bytes. A kubeconfig of a thousand clusters has a tenth of this.
 */
export const MOST_VALUES = 200_000;

/** Line ends, `,`, `:`, and the `\\` of an escape, which takes as long. */
const BEGINS: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x2c, 0x3a, 0x5c]);

/**
 * Whether YAML may contain more values than `most`, by the characters that can begin one: line ends, commas, colons and
 * brackets. Linear, without a parser; the parser itself limits nesting in one line (`- - -`).
 */
export function mayHoldMore(text: string, most: number): boolean {
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // `[` and `{` differ in one bit.
    if (BEGINS.has(code) || (code | 0x20) === 0x7b) values += 1;
    if (values > most) return true;
  }
  return false;
}
