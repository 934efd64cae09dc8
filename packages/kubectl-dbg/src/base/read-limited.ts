/** Thrown for data that exceeds a limit. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/**
 * Reads a stream of bytes to its end; if it is longer than `limit` bytes, throws TooLong. Never holds more than the limit
 * and one chunk.
 */
export async function readLimited(
  stream: AsyncIterable<Uint8Array | string>,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the stream.
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) throw new TooLong(`it is larger than ${Math.floor(limit / 2 ** 20)} MiB`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
