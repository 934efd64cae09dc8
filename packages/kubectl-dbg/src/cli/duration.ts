import { parseDuration } from '../base/duration.ts';
import { usage } from './cli-error.ts';

/** Default of --timeout: enough for large images on slow links. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000;

/** Parses `--timeout`; 0 means no limit. Returns milliseconds. Throws CliError. */
export function readTimeout(text: string | undefined): number {
  return text === undefined || text === '' ? DEFAULT_TIMEOUT_MS : readDuration('timeout', text);
}

/** Parses a flag's value: a duration such as `90s`, or a number of seconds. Returns milliseconds. Throws CliError. */
export function readDuration(flag: string, text: string, examples = '30s, 5m or 0'): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw usage(`invalid --${flag} ${JSON.stringify(text)}`, `Write a duration such as ${examples}`);
}
