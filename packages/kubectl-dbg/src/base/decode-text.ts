/** Thrown for bytes that are invalid in their declared encoding, with the position. */
export class InvalidText extends Error {
  override readonly name = 'InvalidText';
  readonly encoding: string;
  /** Line and column (in characters) of the first invalid byte, from 1. */
  readonly line: number;
  readonly column: number;

  constructor(encoding: string, line: number, column: number) {
    super(`not valid ${encoding} (line ${line}, column ${column})`);
    this.encoding = encoding;
    this.line = line;
    this.column = column;
  }
}

/**
 * Decodes a text file: UTF-8, or the encoding of its byte order mark: UTF-16 of either byte order (which PowerShell
 * writes) or UTF-8. The mark is removed. Throws `InvalidText` for bytes that are invalid in that encoding.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decode(bytes.subarray(2), 'UTF-16');
  if (first === 0xfe && second === 0xff) return decode(swapped(bytes.subarray(2)), 'UTF-16');
  const isMarked = first === 0xef && second === 0xbb && third === 0xbf;
  return decode(isMarked ? bytes.subarray(3) : bytes, 'UTF-8');
}

function decode(bytes: Uint8Array, encoding: 'UTF-8' | 'UTF-16'): string {
  const label = encoding === 'UTF-8' ? 'utf-8' : 'utf-16le';
  const options = { fatal: true, ignoreBOM: true };
  try {
    return new TextDecoder(label, options).decode(bytes);
  } catch {
    // The position is only needed now: decode unit by unit, up to the one that fails.
    const decoder = new TextDecoder(label, options);
    const unit = encoding === 'UTF-8' ? 1 : 2;
    let good = '';
    try {
      for (let at = 0; at < bytes.length; at += unit) {
        good += decoder.decode(bytes.subarray(at, at + unit), { stream: true });
      }
    } catch {
      // this is the position
    }
    const lines = good.split('\n');
    throw new InvalidText(encoding, lines.length, Array.from(lines.at(-1) ?? '').length + 1);
  }
}

function swapped(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    swapped[at] = bytes[at + 1] ?? 0;
    swapped[at + 1] = bytes[at] ?? 0;
  }
  // Half a unit is kept, and refused.
  return bytes.length % 2 === 0 ? swapped : bytes.slice();
}
