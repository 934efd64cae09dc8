import type { FileHandle } from 'node:fs/promises';

/** Bytes read in one step back from the end. */
const BLOCK_BYTES = 64 * 1024;
const LF = 0x0a;

/**
 * The offset of the last `lines` entries of a file; 0 for the complete file. A piece of a long line counts as an entry.
 */
export async function tailOffset(file: FileHandle, lines: number | undefined): Promise<number> {
  if (lines === undefined) return 0;
  const { size } = await file.stat();
  if (lines === 0) return size;
  let left = lines;
  let end = size;
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  while (end > 0) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    for (let at = bytesRead - 1; at >= 0; at -= 1) {
      // The newline at the end of the last entry does not start another.
      if (block[at] !== LF || start + at === size - 1) continue;
      left -= 1;
      if (left === 0) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
