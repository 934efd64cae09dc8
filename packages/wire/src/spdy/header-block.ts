import { SpdyError } from './spdy-error.ts';

/** Header names, in lower case, and their values; several values of a name are joined by NUL. */
export type Headers = ReadonlyMap<string, string>;

/** The uncompressed form: the number of pairs, then names and values, each with its length before it. */
export function encodeHeaderBlock(headers: Headers): Buffer {
  const parts = [uint32(headers.size)];
  for (const [name, value] of headers) {
    for (const text of [name, value]) {
      const bytes = Buffer.from(text, 'utf8');
      parts.push(uint32(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** Throws SpdyError for a block that is truncated, has extra bytes or contains a header twice. */
export function decodeHeaderBlock(block: Buffer): Headers {
  let at = 0;
  const number = () => {
    if (at + 4 > block.length) throw new SpdyError('a header block is cut off');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = () => {
    const length = number();
    if (at + length > block.length) throw new SpdyError('a header block is cut off');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) {
    const name = text().toLowerCase();
    if (headers.has(name)) throw new SpdyError('a header block names a header twice');
    headers.set(name, text());
  }
  if (at !== block.length) throw new SpdyError('a header block is longer than its headers');
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
