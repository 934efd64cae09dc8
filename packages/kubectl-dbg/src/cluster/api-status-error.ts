import type { Status, StatusDetails } from 'kubectl-dbg-wire';
import { sanitiseShort } from '../sanitise.ts';
import type { ApiRequest } from './types.ts';

/** Messages of validation errors are long (a diff of the pod); this much of them is shown. */
const MESSAGE_LIMIT = 4096;

/** What was asked for when the server refused. */
export interface ApiCall {
  method: ApiRequest['method'];
  /** With the query. */
  path: string;
}

/** The API server answered with a Status instead of what was asked for. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatusError';
  /** HTTP status. */
  readonly code: number;
  /** A word of the API such as `NotFound`; empty if the server gave none. */
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** The answer as it came; its texts are not safe to show. */
  readonly status: Status;
  readonly call: ApiCall;
  /** The server's own words, made safe to show. */
  readonly serverMessage: string;

  constructor(code: number, status: Status, call: ApiCall) {
    const words = typeof status.message === 'string' ? status.message.trim() : '';
    const serverMessage = sanitiseShort(words, MESSAGE_LIMIT);
    super(serverMessage === '' ? `the server answered with HTTP status ${code}` : serverMessage);
    this.code = code;
    this.reason = typeof status.reason === 'string' ? sanitiseShort(status.reason, 100) : '';
    this.details = status.details;
    this.status = status;
    this.call = call;
    this.serverMessage = serverMessage;
  }
}

/** Reads a Status off a refused request's body; undefined if it is none. */
export function statusOfBody(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && (value as Status).kind === 'Status') return value;
  } catch {
    // no JSON
  }
  return undefined;
}
