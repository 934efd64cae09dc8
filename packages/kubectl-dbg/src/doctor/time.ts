/** Seconds, minutes, hours in milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A younger pod has not failed yet. */
export const YOUNG = 15 * SECOND;

/** Milliseconds between a time of the API and now; undefined if the time is missing. */
export function since(time: string | undefined, now: number): number | undefined {
  if (time === undefined) return undefined;
  const at = Date.parse(time);
  return Number.isNaN(at) ? undefined : now - at;
}

/** A duration like kubectl's ages: `90s`, `5m`, `2h`, `3d`. */
export function span(milliseconds: number | undefined): string {
  if (milliseconds === undefined || Number.isNaN(milliseconds)) return 'some time';
  const seconds = Math.max(0, Math.round(milliseconds / SECOND));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(seconds / 86400)}d`;
}
