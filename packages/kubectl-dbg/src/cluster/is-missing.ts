import { ApiStatusError } from './api-status-error.ts';

/**
 * Whether the API server says that an object does not exist. A 404 of something in between, a web page or a few words,
 * says nothing about the object.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiStatusError && error.code === 404 && error.form === 'status';
}
