import type { Headers } from './header-block.ts';

/*
 * Source: the SPDY Protocol, Draft 3.1, 2.2 and 2.6.
 */

/** Types of control frames. */
export const FrameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Reasons for resetting a stream. */
export const ResetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
} as const;

export const GO_AWAY_OK = 0;

/** Flags of frames: the sender's last frame on this stream; no reply is expected. */
export const FLAG_FIN = 0x01;
export const FLAG_UNIDIRECTIONAL = 0x02;

export const SPDY_VERSION = 3;
export const FRAME_HEADER_BYTES = 8;
/** Lengths have 24 bits. */
export const MAX_FRAME_BYTES = 0xffffff;
/** Initial flow-control window of a stream. */
export const INITIAL_WINDOW_BYTES = 64 * 1024;

/** A decoded frame. */
export type SpdyFrame =
  | { type: 'data'; streamId: number; fin: boolean; data: Buffer }
  | {
      type: 'synStream';
      streamId: number;
      associatedTo: number;
      /** 0 (highest) to 7. */
      priority: number;
      fin: boolean;
      unidirectional: boolean;
      headers: Headers;
    }
  | { type: 'synReply' | 'headers'; streamId: number; fin: boolean; headers: Headers }
  | { type: 'rstStream'; streamId: number; status: number }
  | { type: 'settings'; settings: { id: number; flags: number; value: number }[] }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStreamId: number; status: number }
  | { type: 'windowUpdate'; streamId: number; delta: number };
