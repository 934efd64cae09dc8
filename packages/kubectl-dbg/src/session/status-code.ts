import { ApiStatusError } from '../cluster/index.ts';

/** The HTTP status of an error's response; undefined if it has none. */
export function statusCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

export function isApiStatusError(error: unknown): error is ApiStatusError {
  return error instanceof ApiStatusError;
}
