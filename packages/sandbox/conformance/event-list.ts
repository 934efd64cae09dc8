import { difference } from './difference.ts';
import { mask } from './mask.ts';

interface EventItem {
  count?: number;
  series?: unknown;
  reason?: string;
  [field: string]: unknown;
}

/** Whether a body is an EventList. */
export function isEventList(body: unknown): body is { kind: string; items: EventItem[] } {
  const { kind, items } = (body ?? {}) as { kind?: unknown; items?: unknown };
  return kind === 'EventList' && Array.isArray(items);
}

/**
 * The events of a list without what depends on timing: the counts, and the order of events of the same second (it
 * follows their names, which contain the time).
 */
export function sortedEvents({ items }: { items: EventItem[] }): unknown[] {
  const texts = items.map(({ count: _count, series: _series, ...event }) =>
    JSON.stringify(sorted(mask(event))),
  );
  return [...new Set(texts)].toSorted().map((text) => JSON.parse(text) as unknown);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

/**
 * Compares two such lists. For a workload, whose controllers write one event after the other, ours may contain
 * more.
 */
export function compareEventLists(recorded: readonly unknown[], own: readonly unknown[]): string | undefined {
  const known = new Set(recorded.map((event) => JSON.stringify(event)));
  const isLater = (event: unknown): boolean => !known.has(JSON.stringify(event)) && !isAboutPod(event);
  return difference(
    recorded,
    own.filter((event) => !isLater(event)),
    'events',
  );
}

function isAboutPod(event: unknown): boolean {
  const { involvedObject, regarding } = event as {
    involvedObject?: { kind?: string };
    regarding?: { kind?: string };
  };
  return (involvedObject ?? regarding)?.kind === 'Pod';
}
