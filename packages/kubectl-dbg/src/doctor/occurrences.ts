import type { Event } from 'kubernetes-types/core/v1.d.ts';
import type { Occurrence } from './evidence.ts';

/** Prefix of the message of merged events. */
const COMBINED = /^\(combined from similar events\): /;

/**
 * Converts an event of either schema: the kubelet writes first and last times and a count, the scheduler an event time
 * and a series.
 */
export function toOccurrence(event: Event): Occurrence {
  const { involvedObject, series } = event;
  const times = [
    series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata?.creationTimestamp,
  ].flatMap((time) => (time == null ? [] : [Date.parse(time)]));
  const known = times.filter((time) => !Number.isNaN(time));
  return {
    uid: involvedObject?.uid ?? '',
    kind: involvedObject?.kind ?? '',
    name: involvedObject?.name ?? '',
    fieldPath: involvedObject?.fieldPath ?? '',
    type: event.type ?? '',
    reason: event.reason ?? '',
    message: (event.message ?? '').replace(COMBINED, ''),
    count: Math.max(event.count ?? 1, series?.count ?? 1),
    first: known.length === 0 ? Number.NaN : Math.min(...known),
    last: known.length === 0 ? Number.NaN : Math.max(...known),
  };
}

/** Newest first; events without a time last. */
export function newestFirst(events: readonly Occurrence[]): Occurrence[] {
  return [...events].sort(
    (a, b) => (Number.isNaN(b.last) ? 0 : b.last) - (Number.isNaN(a.last) ? 0 : a.last),
  );
}
