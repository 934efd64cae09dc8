import type { Writable } from 'node:stream';

/**
 * Writes, and resolves when more may be written; false if the stream is closed. An aborted signal ends the wait for a
 * stopped reader: what was written is in the stream's buffer.
 */
export async function writeTo(stream: Writable, data: Uint8Array, signal?: AbortSignal): Promise<boolean> {
  if (stream.destroyed || stream.writableEnded) return false;
  if (stream.write(data) || signal?.aborted === true) return true;
  return await new Promise<boolean>((resolve) => {
    const end = (open: boolean): void => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      stream.off('error', onClose);
      signal?.removeEventListener('abort', onDrain);
      resolve(open);
    };
    const onDrain = (): void => end(true);
    const onClose = (): void => end(false);
    stream.on('drain', onDrain);
    stream.on('close', onClose);
    stream.on('error', onClose);
    signal?.addEventListener('abort', onDrain);
  });
}
