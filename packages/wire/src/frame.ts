import { Channel } from './channel.ts';

/** One decoded message of the remote-command protocol. */
export type Frame =
  | { kind: 'data'; channel: number; data: Uint8Array }
  /** v5: `channel` ends. */
  | { kind: 'close'; channel: number }
  /** A message without even a channel byte. */
  | { kind: 'empty' };

/** Maximum of data bytes in one message of a client (kubectl's buffer; servers read any size). */
export const MAX_DATA_BYTES = 32 * 1024;

/** Decodes a binary message without copying its data. */
export function decodeFrame(message: Uint8Array, halfClose = true): Frame {
  const channel = message[0];
  if (channel === undefined) return { kind: 'empty' };
  if (halfClose && channel === Channel.close) {
    const closed = message[1];
    return closed === undefined ? { kind: 'empty' } : { kind: 'close', channel: closed };
  }
  return { kind: 'data', channel, data: message.subarray(1) };
}

/** Encodes a binary message with `data` on `channel`. */
export function encodeFrame(channel: number, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(data.length + 1);
  message[0] = channel;
  message.set(data, 1);
  return message;
}

/** The v5 message that ends `channel`. */
export function encodeClose(channel: number): Uint8Array {
  return Uint8Array.of(Channel.close, channel);
}
