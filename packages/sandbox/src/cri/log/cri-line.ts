/** Maximum of an entry's content in bytes; longer lines are split into pieces (containerd's default). */
export const MAX_ENTRY_BYTES = 16_384;

export type LogStream = 'stdout' | 'stderr';

/** One entry of a container log in the CRI format: `TIME STREAM TAG CONTENT`. */
export interface LogEntry {
  /** RFC 3339 with nine fractional digits. */
  timestamp: string;
  stream: LogStream;
  /** A piece without the end of its line (tag P, else F). */
  partial: boolean;
  content: Buffer;
}

const SPACE = 0x20;

/** Splits an entry's bytes (without the newline); undefined if it is not in the format. */
export function parseEntry(line: Buffer): LogEntry | undefined {
  const afterTime = line.indexOf(SPACE);
  const afterStream = line.indexOf(SPACE, afterTime + 1);
  const afterTag = line.indexOf(SPACE, afterStream + 1);
  if (afterTime < 0 || afterStream < 0 || afterTag < 0) return undefined;
  const stream = line.toString('latin1', afterTime + 1, afterStream);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  return {
    timestamp: line.toString('latin1', 0, afterTime),
    stream,
    partial: line.toString('latin1', afterStream + 1, afterTag) === 'P',
    content: line.subarray(afterTag + 1),
  };
}

/** The bytes of an entry before its content. */
export function entryPrefix(timestamp: string, stream: LogStream, partial: boolean): string {
  return `${timestamp} ${stream} ${partial ? 'P' : 'F'} `;
}

const MS_PER_S = 1000;
const NS_PER_MS = 1e6;

/** RFC 3339 in UTC with nine fractional digits, as container logs have it. `ms` may have a fraction. */
export function formatTimestamp(ms: number): string {
  const seconds = Math.floor(ms / MS_PER_S);
  const nanoseconds = Math.floor((ms - seconds * MS_PER_S) * NS_PER_MS);
  return `${new Date(seconds * MS_PER_S).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;
}
