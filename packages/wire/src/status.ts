/**
 * `meta/v1` Status: the API server's response instead of an object, and the data of the error channel.
 *
 * Source: Kubernetes API reference, "Status".
 */
export interface Status {
  kind?: 'Status';
  apiVersion?: 'v1';
  metadata?: Record<string, unknown>;
  status?: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The end of a remote command, from its error channel. */
export type CommandEnd =
  | { kind: 'success' }
  | { kind: 'exit'; code: number }
  | { kind: 'failure'; message: string; reason?: string };

/** A real one has a few hundred bytes; megabytes of `[` are an attempt to block the parser. */
const MAX_STATUS_BYTES = 256 * 1024;

/** Parses the data of the error channel; malformed data is a failure whose message does not quote it. */
export function decodeStatus(data: Uint8Array): Status {
  if (data.length > MAX_STATUS_BYTES) {
    return { status: 'Failure', message: 'the server sent a status that is too large' };
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // falls through to the failure below
  }
  return { status: 'Failure', message: 'the server sent a status that is not a JSON object' };
}

/** Converts a Status to the end of a command; a code outside 0..255 is a failure. */
export function commandEnd(status: Status): CommandEnd {
  if (status.status === 'Success') return { kind: 'success' };
  if (status.reason === 'NonZeroExitCode') {
    // The sender may have put anything there.
    const causes: unknown = status.details?.causes;
    const cause = (Array.isArray(causes) ? (causes as (StatusCause | null)[]) : []).find(
      (entry) => entry?.reason === 'ExitCode',
    );
    const exitCode: unknown = cause?.message;
    if (typeof exitCode === 'string' && /^\d{1,3}$/.test(exitCode) && Number(exitCode) <= 255) {
      return { kind: 'exit', code: Number(exitCode) };
    }
  }
  return {
    kind: 'failure',
    message: typeof status.message === 'string' ? status.message : 'the server gave no reason',
    ...(typeof status.reason === 'string' ? { reason: status.reason } : {}),
  };
}
