import type { Frame, WatchEvent } from './recording.ts';

/** What the server under test answered to one step; the times are left out, they differ by nature. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  /** Parsed where it is JSON, else text. */
  body?: unknown;
  events?: WatchEvent[];
  /** When it was asked for and when all of it was there, in ms. */
  moments?: [sent: number, received: number];
  /** The joined chunks of a stream that is no watch. */
  text?: string;
  websocket?: AnsweredWebSocket;
  /** Why the step could not be carried through. */
  problem?: string;
}

export interface AnsweredWebSocket {
  subprotocol: string;
  frames: Frame[];
  closeCode: number;
  closedBy: 'client' | 'server';
}
