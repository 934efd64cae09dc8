import type { Status } from 'kubectl-dbg-wire';
import { ApiStatusError } from '../api-status-error.ts';
import { DbgError } from '../../errors.ts';
import { sanitiseShort } from '../../sanitise.ts';
import { pause } from '../http/retry.ts';
import type { Tuning } from '../options.ts';
import type { ApiRequest, Query, WatchEvent, WatchOptions } from '../types.ts';
import { Backoff } from './backoff.ts';
import { KnownObjects } from './known-objects.ts';
import type { WatchedObject } from './known-objects.ts';
import { LineSplitter, LineTooLong } from './lines.ts';

/** What a watch needs of the client. */
export interface WatchClient {
  request<T>(request: ApiRequest): Promise<T>;
  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  tuning: Tuning;
  now(): number;
  /** In [0, 1). */
  random(): number;
  server: string;
}

interface List {
  apiVersion?: string;
  kind?: string;
  metadata?: { resourceVersion?: string; continue?: string };
  items?: WatchedObject[];
}

/** A page of a list after a gap; the API's own default for chunks. */
const PAGE = 500;

/**
 * Watches a collection as one unbroken series of events. States: *open* (events come), *pausing* (the connection ended;
 * it is opened again from the last resourceVersion), *listing* (the server no longer has that version: a list says what
 * is there now). Ends, without an error, as soon as the signal is aborted.
 */
export async function* watch<T extends WatchedObject>(
  client: WatchClient,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { signal, path } = options;
  const { tuning } = client;
  const backoff = new Backoff(tuning.watchPause, tuning.watchPauseLimit, () => client.random());
  const known = new KnownObjects();
  let resourceVersion = options.resourceVersion;
  let query: Query = options.query ?? {};
  let expired = false;
  let failingSince: number | undefined;

  while (!signal.aborted) {
    try {
      if (expired) {
        const list = await listAll(client, path, query, signal);
        for (const event of known.replace((list.items ?? []) as T[], namedObject(query))) yield event;
        resourceVersion = list.metadata?.resourceVersion ?? '';
        expired = false;
      }
      const body = await client.stream({
        method: 'GET',
        path,
        query: { ...query, watch: true, allowWatchBookmarks: true, resourceVersion },
        signal,
      });
      for await (const { type, object } of events(body, client.server)) {
        if (type === 'ERROR') {
          if (isExpired(object as Status)) {
            expired = true;
            break;
          }
          throw new ApiStatusError((object as Status).code ?? 500, object as Status, { method: 'GET', path });
        }
        failingSince = undefined;
        backoff.reset();
        const event = { type, object } as WatchEvent<T>;
        resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
        if (query['sendInitialEvents'] !== undefined && type === 'BOOKMARK')
          query = withoutInitialEvents(query);
        known.observe(event.type, event.object);
        yield event;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiStatusError && (error.code === 410 || error.reason === 'Expired')) {
        expired = true;
      } else {
        if (!mayRecover(error)) throw error;
        failingSince ??= client.now();
        if (client.now() - failingSince >= tuning.watchGiveUp) throw error;
      }
    }
    // A server that ends each watch at once must not be asked without a pause.
    await pause(backoff.pause(), signal).catch(() => undefined);
  }
}

/** Once the initial events are through, a watch is opened again like any other. */
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
    return new DbgError('unreachable', `the server ${server} sent a watch event that is none`, {
      remedy: 'Check that the address is that of a Kubernetes API server',
      cause,
    });
  }
}

/** The one object that a watch by `fieldSelector=metadata.name=...` is about. */
function namedObject(query: Query): WatchedObject | undefined {
  const selector = query['fieldSelector'];
  const name =
    typeof selector === 'string' ? /(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1] : undefined;
  return name === undefined ? undefined : { metadata: { name } };
}

function parseEvent(line: string): { type: string; object: unknown } | undefined {
  try {
    const value = JSON.parse(line) as { type?: unknown; object?: unknown } | null;
    if (typeof value?.type !== 'string' || typeof value.object !== 'object' || value.object === null) {
      return undefined;
    }
    return { type: value.type, object: value.object };
  } catch {
    return undefined;
  }
}

/** The whole list by the same selectors, page by page. A continue token that expires meanwhile begins it anew. */
async function listAll(client: WatchClient, path: string, query: Query, signal: AbortSignal): Promise<List> {
  const items: WatchedObject[] = [];
  let token: string | undefined;
  let last: List;
  do {
    last = await client.request<List>({
      method: 'GET',
      path,
      query: { ...withoutInitialEvents(query), limit: PAGE, continue: token },
      signal,
    });
    // Items of a list carry neither kind nor version; those of events do.
    const { apiVersion, kind } = last;
    const type = { ...(apiVersion && { apiVersion }), ...(kind && { kind: kind.replace(/List$/, '') }) };
    items.push(...(last.items ?? []).map((item) => ({ ...type, ...item })));
    token = last.metadata?.continue;
  } while (token !== undefined && token !== '');
  return { ...last, items };
}

function isExpired(status: Status): boolean {
  return status.code === 410 || status.reason === 'Expired' || status.reason === 'Gone';
}

/** `deadline`: --request-timeout cuts a watch, which is then resumed. */
const RECOVERABLE: ReadonlySet<string> = new Set(['unreachable', 'lost', 'deadline']);

/** Whether opening the watch again may help: after a broken connection, or a server in trouble. */
function mayRecover(error: unknown): boolean {
  if (error instanceof ApiStatusError) return error.code === 429 || error.code >= 500;
  return error instanceof DbgError && RECOVERABLE.has(error.kind);
}
