/** A terminal's size in character cells. */
export interface TerminalSize {
  width: number;
  height: number;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The data of a resize message, with the newline that ends a JSON document in a stream. */
export function encodeResize(size: TerminalSize): Uint8Array {
  return encoder.encode(`{"Width":${size.width},"Height":${size.height}}\n`);
}

/** Parses a resize message; undefined if it is malformed (a server ignores it). */
export function decodeResize(data: Uint8Array): TerminalSize | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { Width: width, Height: height } = value as Record<string, unknown>;
  if (!isCells(width) || !isCells(height)) return undefined;
  return { width, height };
}

/** Sizes are unsigned 16-bit numbers in the protocol. */
function isCells(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}
