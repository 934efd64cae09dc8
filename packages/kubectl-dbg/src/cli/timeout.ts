import { goDuration } from '../cluster/duration.ts';
import { DbgError } from '../errors.ts';

/** How long a container may take to start unless --timeout says otherwise: large images on slow links fit in. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/**
 * Reads `--timeout`: a Go duration such as `90s` or `1m30s`, or a bare number of seconds; 0 is for ever.
 *
 * @returns milliseconds
 * @throws DbgError (usage)
 */
export function parseTimeout(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_TIMEOUT_MS;
  const value = /^\d+$/.test(text) ? Number(text) * 1_000 : goDuration(text);
  if (value !== undefined) return value;
  throw new DbgError('usage', `invalid --timeout ${JSON.stringify(text)}`, {
    remedy: 'Write a duration such as 30s, 5m or 0',
  });
}
