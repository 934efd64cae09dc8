/**
 * `meta/v1` Status: what the API server answers instead of an object, and what the error channel carries.
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

/** How a remote command ended, as its error channel tells. */
export type CommandEnd =
  | { kind: 'success' }
  | { kind: 'exit'; code: number }
  | { kind: 'failure'; message: string; reason?: string };

/** Parses the data of the error channel; malformed data is a failure that quotes nothing of it. */
export function decodeStatus(data: Uint8Array): Status {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // falls through to the failure below
  }
  return { status: 'Failure', message: 'the server sent a status that is not a JSON object' };
}

/** Reads the end of a command off its status; a code outside 0..255 is a failure. */
export function commandEnd(status: Status): CommandEnd {
  if (status.status === 'Success') return { kind: 'success' };
  if (status.reason === 'NonZeroExitCode') {
    const cause = status.details?.causes?.find((entry) => entry.reason === 'ExitCode');
    if (cause?.message !== undefined && /^\d{1,3}$/.test(cause.message)) {
      const code = Number(cause.message);
      if (code <= 255) return { kind: 'exit', code };
    }
  }
  return {
    kind: 'failure',
    message: typeof status.message === 'string' ? status.message : 'the server gave no reason',
    ...(typeof status.reason === 'string' ? { reason: status.reason } : {}),
  };
}
