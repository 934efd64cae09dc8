import { readFile } from 'node:fs/promises';

/** Traffic of a real API server: one scenario, with its requests in the order in which they were sent. */
export interface Recording {
  name: string;
  about: string;
  namespace?: string;
  steps: RecordedStep[];
}

export interface RecordedStep {
  at_ms: number;
  request: { method: string; path: string; headers?: Record<string, string>; body?: unknown };
  response: RecordedResponse;
  closedBy?: 'client' | 'server';
  closed_ms?: number;
}

export interface RecordedResponse {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  events?: { at_ms: number; type: string; object: unknown }[];
  chunks?: { at_ms: number; data: RecordedBytes }[];
  websocket?: RecordedWebSocket;
}

export interface RecordedWebSocket {
  subprotocolsOffered?: string[];
  subprotocolAccepted?: string;
  frames?: RecordedFrame[];
  closeCode?: number;
  closeReason?: string;
  closedBy?: 'client' | 'server';
}

export interface RecordedFrame {
  at_ms: number;
  dir: 'send' | 'recv';
  channel?: number;
  data?: RecordedBytes;
  opcode?: 'text' | 'ping' | 'pong' | 'close';
  code?: number;
  empty?: boolean;
}

/** Text, or base64 if it is not UTF-8. */
export type RecordedBytes = string | { base64: string };

export async function loadRecording(file: string | URL): Promise<Recording> {
  return JSON.parse(await readFile(file, 'utf8')) as Recording;
}

/** The bytes of a recorded datum. */
export function bytesOf(data: RecordedBytes | undefined): Buffer {
  if (data === undefined) return Buffer.alloc(0);
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data.base64, 'base64');
}

/** The message of a recorded frame: its channel byte and its data. */
export function messageOf(frame: RecordedFrame): Buffer {
  if (frame.empty === true || frame.channel === undefined) return Buffer.alloc(0);
  return Buffer.concat([Uint8Array.of(frame.channel), bytesOf(frame.data)]);
}
