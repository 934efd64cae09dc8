import type { Status } from 'kubectl-dbg-wire';
import { ApiStatusError } from '../api-status-error.ts';
import { DbgError } from '../../model/failure.ts';
import { sanitiseShort } from '../../base/sanitise.ts';
import { exceededLimit } from '../../base/json-shape.ts';
import { pause } from '../../base/timer.ts';
import type { ClientTimeouts } from '../options.ts';
import type { ApiRequest, Query, WatchEvent, WatchOptions } from '../types.ts';
import { checkEvent, selectedName } from '../door/check-object.ts';
import { Backoff } from './backoff.ts';
import { KnownObjects } from './known-objects.ts';
import type { WatchedObject } from './known-objects.ts';
import { LineSplitter, LineTooLong } from './lines.ts';
import { tooMany } from './too-many.ts';

/** What a watch needs from the client. */
export interface WatchClient {
  request<T>(request: ApiRequest): Promise<T>;
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  tuning: ClientTimeouts;
  now(): number;
  /** In [0, 1). */
  random(): number;
  server: string;
}

/**
 * Watches a collection as one unbroken series of events. States: *open* (events arrive), *pausing* (the connection ended;
 * it is reopened from the last resourceVersion), *listing* (the server no longer has that version: a list returns the
 * current state). Ends, without an error, as soon as the signal is aborted.
 */
export async function* watch<T extends WatchedObject>(
  client: WatchClient,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal, path, onTrouble, endless = false } = options;
  const { tuning } = client;
  const backoff = new Backoff(tuning.watchPause, tuning.watchPauseLimit, () => client.random());
  const known = new KnownObjects();
  let resourceVersion = options.resourceVersion;
  let query: Query = options.query ?? {};
  let expired = false;
  let hasOpened = false;
  const patience = new Patience(tuning.watchGiveUp, () => client.now());
  const checkSize = () => {
    if (known.bytes > MOST_BYTES) throw tooMany(client.server);
  };

  while (!signal.aborted) {
    let openedAt: number | undefined;
    let failure: unknown;
    try {
      if (expired) {
        const { listPages } = await import('./list-pages.ts');
        known.beginList();
        for await (const page of listPages<T>(client, { path, query: withoutInitialEvents(query), signal })) {
          for (const item of page.items) yield* known.listed(item);
          ({ resourceVersion } = page);
          checkSize();
        }
        yield* known.endList<T>(namedObject(query));
        expired = false;
      }
      const body = await client.stream({
        method: 'GET',
        path,
        query: { ...query, watch: true, allowWatchBookmarks: true, resourceVersion },
        signal,
      });
      openedAt = client.now();
      hasOpened = true;
      onTrouble?.(undefined);
      for await (const { type, object } of events(body, client.server)) {
        if (type === 'ERROR') {
          if (isExpired(object as Status)) {
            expired = true;
            break;
          }
          const { code } = object as { code?: unknown };
          const status = Number.isInteger(code) ? (code as number) : 500;
          throw new ApiStatusError(status, object as Status, { method: 'GET', path });
        }
        if (type !== 'BOOKMARK') checkEvent(path, query, object, client.server);
        patience.renew();
        const event = { type, object } as WatchEvent<T>;
        resourceVersion = versionOf(object) ?? resourceVersion;
        if (query['sendInitialEvents'] !== undefined && type === 'BOOKMARK')
          query = withoutInitialEvents(query);
        known.observe(event.type, event.object);
        checkSize();
        yield event;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiStatusError && (error.code === 410 || error.reason === 'Expired')) {
        expired = true;
      } else {
        if (!mayRecover(error)) throw error;
        failure = error;
      }
    }
    // A quiet watch that something repeatedly ends is fine as long as it can be opened and stays open for a while.
    let isOver = false;
    if (openedAt !== undefined && client.now() - openedAt >= tuning.watchGiveUp / HELD_PART) {
      patience.renew();
      backoff.reset();
    } else isOver = patience.isExhausted();
    if (isOver) failure ??= endedAtOnce(client.server);
    if (endless ? failure !== undefined && !hasOpened : isOver) throw failure;
    if (failure !== undefined) onTrouble?.(failure);
    // A server that ends each watch at once must not be polled without a pause.
    await pause(backoff.pause(), signal).catch(() => undefined);
  }
}

/** How long a watch must be open to count as a success, as a fraction of the patience: a second of a minute. */
const HELD_PART = 60;

/** The time that may pass without useful progress. */
class Patience {
  readonly #limit: number;
  readonly #now: () => number;
  #since: number | undefined;

  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** There was progress. */
  renew(): void {
    this.#since = undefined;
  }

  /** To be called after each failure; the first one starts the count. */
  isExhausted(): boolean {
    this.#since ??= this.#now();
    return this.#now() - this.#since >= this.#limit;
  }
}

function endedAtOnce(server: string): DbgError {
  return new DbgError(
    'lost',
    'WatchEndsAtOnce',
    `the server ${server} ends each watch as soon as it is opened`,
    {
      server,
    },
  );
}

function versionOf(object: unknown): string | undefined {
  const version = (object as { metadata?: { resourceVersion?: unknown } | null }).metadata?.resourceVersion;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** After the initial events, a watch is reopened like any other. */
function withoutInitialEvents(query: Query): Query {
  const { sendInitialEvents: _, resourceVersionMatch: __, ...rest } = query;
  return rest;
}

async function* events(
  body: AsyncIterable<Uint8Array>,
  server: string,
): AsyncGenerator<{ type: string; object: unknown }> {
  const lines = new LineSplitter();
  for await (const chunk of body) {
    for (const line of completed(lines, chunk)) {
      if (line.trim() === '') continue;
      const event = parseEvent(line);
      if (event === undefined) throw malformed(new Error(sanitiseShort(line, 200)));
      yield event;
    }
  }

  function* completed(splitter: LineSplitter, chunk: Uint8Array): Generator<string> {
    try {
      yield* splitter.push(chunk);
    } catch (error) {
      throw error instanceof LineTooLong ? malformed(error) : error;
    }
  }

  function malformed(cause: Error): DbgError {
    return new DbgError(
      'protocol',
      'WatchMalformed',
      `the server ${server} sent something that is not a watch event`,
      { server },
      { cause },
    );
  }
}

/** The only object of a watch with `fieldSelector=metadata.name=...`. */
function namedObject(query: Query): WatchedObject | undefined {
  const name = selectedName(query);
  return name === undefined ? undefined : { metadata: { name } };
}

/** Limits of the JSON of one event; nothing in the API is nested this deeply. */
const EVENT_LIMITS = { depth: 100, values: 200_000 };

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

function parseEvent(line: string): { type: string; object: unknown } | undefined {
  if (exceededLimit(line, EVENT_LIMITS) !== undefined) return undefined;
  try {
    const value = JSON.parse(line) as { type?: unknown; object?: unknown } | null;
    if (typeof value?.type !== 'string' || !TYPES.has(value.type)) return undefined;
    if (typeof value.object !== 'object' || value.object === null) return undefined;
    return { type: value.type, object: value.object };
  } catch {
    return undefined;
  }
}

/**
 * A watch remembers the names of the objects it has seen: for a quarter of a million pods, as in the largest clusters,
 * this is enough. In bytes.
 */
const MOST_BYTES = 64 * 1024 * 1024;

function isExpired(status: Status): boolean {
  return status.code === 410 || status.reason === 'Expired' || status.reason === 'Gone';
}

/** `deadline`: the request timeout ends a watch, which is then resumed. */
const RECOVERABLE: ReadonlySet<string> = new Set(['unreachable', 'lost', 'deadline']);

/** Whether reopening the watch may help: after a broken connection, or with a failing server. */
function mayRecover(error: unknown): boolean {
  if (error instanceof ApiStatusError) {
    const { code, form } = error;
    // A page or a few words of something in between say nothing about the watch, unless they are about who asks.
    return code === 429 || code >= 500 || (form !== 'status' && code !== 401 && code !== 403);
  }
  // A line that is not an event may be a proxy's message; an object that violates the API stays invalid.
  return error instanceof DbgError && (RECOVERABLE.has(error.kind) || error.is('WatchMalformed'));
}
