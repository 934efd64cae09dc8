/** Traffic of one scenario, recorded from a real API server; the README of the fixtures describes the fields. */
export interface Recording {
  name: string;
  about: string;
  server: string;
  group: string;
  namespace?: string;
  namespaceLabels?: Record<string, string>;
  steps: Step[];
}

export type RecordedUser = 'admin' | 'dan' | 'support' | 'anonymous' | 'bad-token';

export interface Step {
  at_ms: number;
  as: RecordedUser;
  request: RecordedRequest;
  response: RecordedResponse;
  until?: Condition[];
  concurrent?: boolean;
  uses?: Use[];
  closedBy?: 'client' | 'server';
  closed_ms?: number;
  note?: string;
}

export interface RecordedRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface RecordedResponse {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  events?: WatchEvent[];
  chunks?: { at_ms: number; data: string | { base64: string } }[];
  /** Replaces the chunks of a long stream. */
  summary?: { bytes: number; last_ms: number };
  websocket?: RecordedWebSocket;
  spdy?: unknown;
}

export interface WatchEvent {
  at_ms: number;
  type?: string;
  object?: unknown;
  /** Lines of a stream that are not watch events. */
  raw?: unknown;
}

export interface Frame {
  at_ms: number;
  dir: 'send' | 'recv';
  opcode?: 'text' | 'ping' | 'pong' | 'close';
  channel?: number;
  data?: string | { base64: string };
  code?: number;
  empty?: boolean;
}

export interface RecordedWebSocket {
  subprotocolsOffered?: string[];
  subprotocolAccepted?: string;
  frames?: Frame[];
  summary?: unknown;
  closeCode?: number;
  closeReason?: string;
  closedBy?: 'client' | 'server';
  tcpClosed_ms?: number;
}

export interface Condition {
  path?: string;
  equals?: unknown;
  exists?: boolean;
  atLeast?: number;
  eventType?: string;
  status?: number;
}

/** A value of this request that was taken from an earlier response. */
export interface Use {
  value: string;
  step: number;
  path: string;
}

/** When a step's stream ended; undefined for plain responses. */
export function endOf(step: Step): number | undefined {
  const { websocket } = step.response;
  return step.closed_ms ?? websocket?.tcpClosed_ms ?? websocket?.frames?.at(-1)?.at_ms;
}

/** How many bytes of a stream other than a watch the recorded client had received at a given time. */
export function bytesSeen({ response: { chunks = [], summary } }: Step, before_ms: number): number {
  if (summary !== undefined) return summary.last_ms <= before_ms ? summary.bytes : 0;
  return chunks.filter(({ at_ms }) => at_ms <= before_ms).reduce((sum, { data }) => sum + sizeOf(data), 0);
}

function sizeOf(data: string | { base64: string }): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : Buffer.byteLength(data.base64, 'base64');
}
