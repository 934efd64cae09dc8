/** Maximum length of a line, in bytes. */
const MAX_LINE = 4096;

/**
 * Reads one line from a stream of bytes, without its newline; the rest stays in the stream. The line is empty if the
 * stream ends, or after 4 KiB, without a newline.
 */
export async function readLine(
  source: AsyncIterable<Uint8Array>,
): Promise<{ line: string; rest: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = head.indexOf(0x0a);
    if (end >= 0) {
      return {
        line: head.subarray(0, end).toString('utf8'),
        rest: following(head.subarray(end + 1), chunks),
      };
    }
    const next = head.length > MAX_LINE ? undefined : await chunks.next();
    if (next === undefined || next.done === true) return { line: '', rest: following(head, chunks) };
    head = Buffer.concat([head, next.value]);
  }
}

async function* following(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return;
    yield next.value;
  }
}
