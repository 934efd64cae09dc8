import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Size of one read. */
const CHUNK = 1024 * 1024;

/** The SHA-256, in hex, of a file's first `size` bytes; of all bytes if it has fewer. The file stays open. */
export async function hashOfBeginning(file: FileHandle, size: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; at < size;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK, size - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
