import type { Frame, WatchEvent } from './recording.ts';

/** A response of the server under test; times are left out because they always differ. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  /** Parsed if it is JSON, otherwise text. */
  body?: unknown;
  events?: WatchEvent[];
  /** When the request was sent and when the response was complete, in ms. */
  moments?: [sent: number, received: number];
  /** The concatenated chunks of a stream other than a watch. */
  text?: string;
  websocket?: AnsweredWebSocket;
  /** Why the step could not be completed. */
  problem?: string;
}

export interface AnsweredWebSocket {
  subprotocol: string;
  frames: Frame[];
  closeCode: number;
  closedBy: 'client' | 'server';
}
