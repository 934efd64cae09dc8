import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** Bytes in recordings: text, or base64 if it is not UTF-8. */
export type RecordedData = string | { base64: string };

/** A summary of a long stream. */
export interface Summary {
  bytes: number;
  lines?: number;
  sha256: string;
  head: RecordedData;
  tail: RecordedData;
  /** [time, bytes so far], about every 200 ms. */
  progress: [number, number][];
  numbered?: { first: number; last: number; gaps?: [number, number][] };
}

export interface RecordedFrame {
  at_ms: number;
  dir: 'send' | 'recv';
  channel?: number;
  opcode?: string;
  data?: RecordedData;
}

export interface RecordedStep {
  at_ms: number;
  answered_ms?: number;
  done_ms?: number;
  closed_ms?: number;
  closedBy?: 'client' | 'server';
  note?: string;
  request: { method: string; path: string };
  response: {
    status: number;
    body?: RecordedData;
    chunks?: { at_ms: number; data: RecordedData }[];
    summary?: Summary;
    events?: RecordedEvent[];
    websocket?: {
      closeCode: number;
      closeReason?: string;
      closedBy: 'client' | 'server';
      tcpClosed_ms: number;
      frames: RecordedFrame[];
      summary?: Partial<Record<'stdin' | 'stdout' | 'stderr', Summary>>;
    };
  };
}

export interface RecordedEvent {
  at_ms: number;
  object: {
    status?: { ephemeralContainerStatuses?: { name: string; state?: Record<string, unknown> }[] };
  };
}

export interface Recording {
  name: string;
  clock: string;
  join?: {
    attach?: Partial<
      Record<'stdout' | 'stderr', { bytes: number; missedBytes?: number; crDroppedByLog?: number }>
    >;
  };
  steps: RecordedStep[];
}

/** Reads a recording, compressed or not. */
export async function readRecording(path: string): Promise<Recording> {
  const bytes = await readFile(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString('utf8')) as Recording;
}

export function bytesOf(data: RecordedData | undefined): Buffer {
  if (data === undefined) return Buffer.alloc(0);
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data.base64, 'base64');
}

/** The steps for this subresource of the pod, oldest first. */
export function stepsOf(recording: Recording, subresource: 'attach' | 'log'): RecordedStep[] {
  const pattern = new RegExp(`/pods/[^/]+/${subresource}(\\?|$)`);
  return recording.steps.filter((step) => pattern.test(step.request.path)).sort((a, b) => a.at_ms - b.at_ms);
}

export function queryOf(step: RecordedStep): URLSearchParams {
  return new URL(step.request.path, 'https://server.invalid').searchParams;
}

/** When the watch reported the container as terminated; undefined if it never did. */
export function terminatedAt(recording: Recording): number | undefined {
  for (const step of recording.steps) {
    for (const event of step.response.events ?? []) {
      const statuses = event.object.status?.ephemeralContainerStatuses ?? [];
      if (statuses.some((status) => status.state?.['terminated'] !== undefined)) return event.at_ms;
    }
  }
  return undefined;
}
