import type { ApiRequest, Query } from '../types.ts';
import type { WatchedObject } from './known-objects.ts';
import { tooMany } from './too-many.ts';

/** A page of a collection. */
export interface ListPage<T> {
  items: T[];
  /** Of the complete list. */
  resourceVersion: string;
}

interface List<T> {
  apiVersion?: string;
  kind?: string;
  metadata?: { resourceVersion?: string; continue?: string };
  items?: T[];
}

/** Objects of a page; the API's own default for chunks. */
const PAGE = 500;

/** A page may be empty if a selector has filtered it; but not without end. */
const MOST_PAGES = 1000;

/**
 * Reads a collection page by page, so that only one page is kept. Throws ApiStatusError 410 if the continue token
 * expires: then the list must be restarted.
 */
export async function* listPages<T extends WatchedObject>(
  client: { request<R>(request: ApiRequest): Promise<R>; server: string },
  { path, query, signal }: { path: string; query: Query; signal: AbortSignal },
): AsyncGenerator<ListPage<T>> {
  let token: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const asked = { ...query, limit: PAGE, continue: token };
    const list = await client.request<List<T>>({ method: 'GET', path, query: asked, signal });
    // Items of a list have neither kind nor apiVersion; those of events do.
    const { apiVersion, kind, items = [], metadata } = list;
    const type = { ...(apiVersion && { apiVersion }), ...(kind && { kind: kind.replace(/List$/, '') }) };
    yield {
      items: items.map((item) => ({ ...type, ...item })),
      resourceVersion: metadata?.resourceVersion ?? '',
    };
    token = metadata?.continue;
    if (token === undefined || token === '') return;
    if (pages >= MOST_PAGES) throw tooMany(client.server);
  }
}
