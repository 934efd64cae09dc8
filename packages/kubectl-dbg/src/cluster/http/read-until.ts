import type { Socket } from 'node:net';
import { ConnectionFailure } from './transport.ts';

/** The head of an HTTP/1.1 response. */
export interface AnswerHead {
  /** Undefined: it is not HTTP. */
  status: number | undefined;
  text: string;
}

/** Reads the head of a response; data after it stays in the socket. */
export async function readHead(socket: Socket, peer: 'proxy' | 'server'): Promise<AnswerHead> {
  const bytes = await readUntil(
    socket,
    (read) => {
      const end = read.indexOf('\r\n\r\n');
      return end < 0 ? undefined : end + 4;
    },
    peer,
  );
  const text = bytes.toString('latin1');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  return { status: status === undefined ? undefined : Number(status), text };
}

/** The head of a response is a status line and some headers. */
export const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Reads from a socket until `complete` returns the length of a message, and pushes back the data after it.
 *
 * @param complete the length of the message at the start of the bytes, or undefined while it is unfinished
 */
export async function readUntil(
  socket: Socket,
  complete: (bytes: Buffer) => number | undefined,
  peer: 'proxy' | 'server' = 'proxy',
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      socket.removeListener('readable', onReadable);
      socket.removeListener('error', onError);
      socket.removeListener('end', onEnd);
      settle();
    };
    const onError = (error: Error) => finish(() => reject(error));
    const onEnd = () =>
      finish(() => reject(new ConnectionFailure('CLOSED_EARLY', `the ${peer} closed the connection`)));
    const onReadable = () => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        bytes = Buffer.concat([bytes, chunk]);
        const length = complete(bytes);
        if (length !== undefined) {
          const rest = bytes.subarray(length);
          if (rest.length > 0) socket.unshift(rest);
          finish(() => resolve(bytes.subarray(0, length)));
          return;
        }
        if (bytes.length > MAX_HEAD_BYTES) {
          const code = peer === 'proxy' ? 'PROXY_PROTOCOL' : 'NO_UPGRADE';
          finish(() => reject(new ConnectionFailure(code, `the ${peer}'s answer is too long`)));
          return;
        }
      }
    };
    socket.on('readable', onReadable);
    socket.on('error', onError);
    socket.on('end', onEnd);
    onReadable();
  });
}
