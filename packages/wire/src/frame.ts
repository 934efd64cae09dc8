import { Channel } from './channel.ts';

/** One message of the remote-command protocol, taken apart. */
export type Frame =
  | { kind: 'data'; channel: number; data: Uint8Array }
  /** v5: `channel` ends. */
  | { kind: 'close'; channel: number }
  /** A message without even a channel byte. */
  | { kind: 'empty' };

/** Data bytes in one message that a client sends at most (kubectl's buffer; servers read any size). */
export const MAX_DATA_BYTES = 32 * 1024;

/** Takes a binary message apart without copying its data. */
export function decodeFrame(message: Uint8Array, halfClose = true): Frame {
  const channel = message[0];
  if (channel === undefined) return { kind: 'empty' };
  if (halfClose && channel === Channel.close) {
    const closed = message[1];
    return closed === undefined ? { kind: 'empty' } : { kind: 'close', channel: closed };
  }
  return { kind: 'data', channel, data: message.subarray(1) };
}

/** A binary message that carries `data` on `channel`. */
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
