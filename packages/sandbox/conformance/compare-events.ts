import { isPod, podDifference } from './compare-pod.ts';
import { difference } from './difference.ts';
import { mask } from './mask.ts';
import { containerStates } from './pod-states.ts';
import type { Step, WatchEvent } from './recording.ts';

/**
 * Compares a watch: the event types in order (consecutive MODIFIED events count once, because states that last only a
 * few ms may be missed), the states an object went through in order, and its first and last state in full.
 */
export function compareEvents(
  recorded: readonly WatchEvent[],
  own: readonly WatchEvent[],
  step: Step,
): string | undefined {
  const expected = recorded.filter(isChange);
  const got = own.filter(isChange);
  return (
    compareKinds(expected, got) ??
    compareBookmarks(recorded, own, step) ??
    compareStates(expected, got) ??
    compareEnds(expected, got, step)
  );
}

function isChange({ type }: WatchEvent): boolean {
  return type !== 'BOOKMARK';
}

function compareKinds(expected: readonly WatchEvent[], got: readonly WatchEvent[]): string | undefined {
  const wanted = runs(expected);
  const seen = runs(got);
  return wanted === seen ? undefined : `event types: expected ${wanted}, got ${seen}`;
}

/** Event types in order; how many MODIFIED events were seen in between is chance. */
function runs(events: readonly WatchEvent[]): string {
  const words = events
    .filter(({ type }) => type !== 'MODIFIED')
    .map(({ type, object }) => `${type ?? 'raw'} ${String(mask(nameOf(object)))}`);
  return words.join(', ');
}

function nameOf(object: unknown): string {
  const { kind, metadata } = (object ?? {}) as { kind?: string; metadata?: { name?: string } };
  // The name of an Event contains its time; the order of Events is compared elsewhere.
  return kind === 'Event' ? 'event' : (metadata?.name ?? '');
}

/** Only the bookmark that ends the initial events is guaranteed; others are sent at the server's discretion. */
function compareBookmarks(
  recorded: readonly WatchEvent[],
  own: readonly WatchEvent[],
  step: Step,
): string | undefined {
  const wants = step.until?.some(({ eventType }) => eventType === 'BOOKMARK') === true;
  const initialEnd = (events: readonly WatchEvent[]): unknown => mask(events.find(isInitialEnd)?.object);
  if (!wants && initialEnd(recorded) === undefined) return undefined;
  const pick = (events: readonly WatchEvent[]): unknown =>
    wants ? mask(events.find(({ type }) => type === 'BOOKMARK')?.object) : initialEnd(events);
  return difference(pick(recorded), pick(own), 'bookmark');
}

function isInitialEnd({ type, object }: WatchEvent): boolean {
  return type === 'BOOKMARK' && JSON.stringify(object).includes('initial-events-end');
}

/** States seen in both must be in the same order. */
function compareStates(expected: readonly WatchEvent[], got: readonly WatchEvent[]): string | undefined {
  const wanted = stateRuns(expected);
  const seen = stateRuns(got);
  // Alternating states recur: only the first occurrence counts.
  const common = (states: readonly string[], others: readonly string[]): string =>
    [...new Set(states)].filter((state) => others.includes(state)).join(' → ');
  if (common(wanted, seen) === common(seen, wanted)) return undefined;
  return `states: expected ${wanted.join(' → ')}, got ${seen.join(' → ')}`;
}

function stateRuns(events: readonly WatchEvent[]): string[] {
  const states = events.map(({ object }) => containerStates(object));
  return states.filter((state, index) => state !== states[index - 1]);
}

function compareEnds(
  expected: readonly WatchEvent[],
  got: readonly WatchEvent[],
  step: Step,
): string | undefined {
  const [wantedFirst, first] = [expected[0], got[0]];
  // The last state of each object: with several objects in one stream, which one comes last is chance.
  const found =
    wantedFirst?.type === 'ADDED'
      ? contentDifference(contentOf(wantedFirst), contentOf(first), 'first event', false)
      : undefined;
  if (found !== undefined) return found;
  const isAwaited = step.until !== undefined;
  for (const event of lastOfEach(expected)) {
    const name = nameOf(event.object);
    const own = lastOfEach(got).find((one) => mask(nameOf(one.object)) === mask(name));
    const last = contentDifference(contentOf(event), contentOf(own), `last event of ${name}`, isAwaited);
    if (last !== undefined) return last;
  }
  return undefined;
}

function lastOfEach(events: readonly WatchEvent[]): WatchEvent[] {
  const last = new Map<unknown, WatchEvent>();
  for (const event of events) last.set(mask(nameOf(event.object)), event);
  return [...last.values()];
}

function contentDifference(
  recorded: unknown,
  own: unknown,
  path: string,
  isAwaited: boolean,
): string | undefined {
  const expected = mask(recorded);
  const got = mask(own);
  return isPod(expected) && isPod(got)
    ? podDifference(expected, got, path, isAwaited)
    : difference(expected, got, path);
}

/** Lines of a stream other than a watch have neither type nor object. */
function contentOf(event: WatchEvent | undefined): unknown {
  if (event?.raw === undefined) return event?.object;
  const { type: _type, object: _object, ...raw } = event.raw as Record<string, unknown>;
  return raw;
}
