import type { Writable } from 'node:stream';

/** Writes, and resolves once more may be written; false if the stream is closed and nothing will. */
export async function writeTo(stream: Writable, data: Uint8Array): Promise<boolean> {
  if (stream.destroyed || stream.writableEnded) return false;
  if (stream.write(data)) return true;
  return await new Promise<boolean>((resolve) => {
    const end = (open: boolean): void => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      stream.off('error', onClose);
      resolve(open);
    };
    const onDrain = (): void => end(true);
    const onClose = (): void => end(false);
    stream.on('drain', onDrain);
    stream.on('close', onClose);
    stream.on('error', onClose);
  });
}
