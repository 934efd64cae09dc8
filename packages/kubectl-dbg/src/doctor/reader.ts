import { ApiStatusError, type Cluster, describeCall, explainApiError, type Query } from '../cluster/index.ts';
import { DbgError } from '../model/failure.ts';
import type { NotChecked } from './finding.ts';
import { describeRight, type Right } from '../model/right.ts';
import { maskSecrets } from './mask.ts';
import { sanitise } from '../base/sanitise.ts';
import { startTimer } from '../base/timer.ts';

/** Maximum of objects in one page of a list. */
const PAGE = 500;

/** How much of a log is read: enough for the reason. */
const LOG_LINES = 20;
const LOG_BYTES = 16_384;

/** Factor for the time of required requests. */
const MUST_FACTOR = 8;

export interface ReaderOptions {
  signal: AbortSignal;
  /** Milliseconds for one request. */
  requestTimeout: number;
  /** Maximum of pages of a list. */
  pages: number;
}

/** Reads objects; unreadable ones are recorded with the missing right, and never abort the diagnosis. */
export class Reader {
  readonly unread: NotChecked[] = [];
  /** Missing rights. */
  readonly needs: Right[] = [];
  readonly #cluster: Cluster;
  readonly #options: ReaderOptions;

  constructor(cluster: Cluster, options: ReaderOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** One object; undefined if it cannot be read.  */
  async get<T>(what: string, path: string): Promise<T | undefined> {
    return await this.#try(what, path, false, () => this.#request<T>(path, {}));
  }

  /** One required object: throws, unless the user may not read it. */
  async require<T>(what: string, path: string): Promise<T | undefined> {
    return await this.#try(what, path, true, () => this.#request<T>(path, {}, true));
  }

  /**
   * A complete collection, page by page; undefined if it cannot be read. `kind` is added to its items. With `must` it
   * throws, unless the user may not read it.
   */
  async list<T extends object>(
    what: string,
    path: string,
    query: Query = {},
    kind?: string,
    must = false,
  ): Promise<T[] | undefined> {
    return await this.#try(what, path, must, async () => {
      const items: T[] = [];
      let next: string | undefined;
      for (let page = 0; page < this.#options.pages; page += 1) {
        const answer: { items?: T[]; metadata?: { continue?: string } } = await this.#request(
          path,
          { ...query, limit: PAGE, continue: next },
          must,
        );
        items.push(...(answer.items ?? []));
        next = answer.metadata?.continue;
        if (next === undefined || next === '') return named(items, kind);
      }
      this.unread.push({ what: `more than the first ${items.length} ${what}` });
      return named(items, kind);
    });
  }

  /** The last lines of a container's log. */
  async log(path: string, container: string, previous: boolean): Promise<string[] | undefined> {
    const query = { container, previous, tailLines: LOG_LINES, limitBytes: LOG_BYTES };
    return await this.#try(`log of ${container}`, path, false, async () => {
      const signal = this.#signal();
      const body = await this.#cluster.stream({ method: 'GET', path, query, signal });
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of body) {
        parts.push(part);
        size += part.length;
        // The server ignores the limit.
        if (size >= LOG_BYTES) break;
      }
      const text = Buffer.concat(parts).subarray(0, LOG_BYTES).toString('utf8');
      return maskSecrets(text)
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map((line) => sanitise(line.replaceAll(ANSI, '')).slice(0, 500));
    });
  }

  /** Aborted when a request has taken its time, not counting the time of a login or a credential plugin. */
  #signal(must = false): AbortSignal {
    const { signal, requestTimeout } = this.#options;
    const late = new AbortController();
    const arm = () =>
      startTimer(
        must ? requestTimeout * MUST_FACTOR : requestTimeout,
        () => (this.#cluster.runningPlugin() === undefined ? late.abort(new Late()) : arm()),
        { unref: true },
      );
    arm();
    return AbortSignal.any([signal, late.signal]);
  }

  async #request<T>(path: string, query: Query, must = false): Promise<T> {
    return await this.#cluster.request<T>({ method: 'GET', path, query, signal: this.#signal(must) });
  }

  /** `must`: required, so that only a missing right is ignored. */
  async #try<T>(what: string, path: string, must: boolean, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (must && error instanceof Late) {
        throw new DbgError(
          'deadline',
          'EvidenceTimedOut',
          `the server ${this.#cluster.server} did not return the ${what} in time`,
          { server: this.#cluster.server, what },
        );
      }
      if (must && !(error instanceof ApiStatusError && lacksRight(error))) throw error;
      this.#note(what, path, error);
      return undefined;
    }
  }

  #note(what: string, path: string, error: unknown): void {
    if (!(error instanceof ApiStatusError)) {
      const why = error instanceof DbgError ? error.message : 'no answer in time';
      this.unread.push({ what: `${what} (${why})` });
      return;
    }
    // A deleted object, or a kind that this cluster does not serve, is not listed as unchecked.
    const isOfServer = error.form === 'status' || error.form === 'text';
    if (isOfServer && (error.code === 404 || error.code === 400)) return;
    const call = lacksRight(error) ? describeCall('GET', path) : undefined;
    if (call === undefined) {
      const { server } = this.#cluster;
      const why = error.form === 'status' ? error.message : explainApiError(error, { server }).message;
      this.unread.push({ what: `${what} (${why})` });
      return;
    }
    const { verb, group, resource, subresource, namespace } = call;
    const need = {
      verb,
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
    };
    this.needs.push(need);
    this.unread.push({ what, right: describeRight(need) });
  }
}

/** A text or a page with a 403 is not from the API server, and says nothing about rights. */
function lacksRight({ code, form }: ApiStatusError): boolean {
  return code === 403 && (form === 'status' || form === 'empty');
}

/** A request took too long. */
class Late extends Error {
  override readonly name = 'TimeoutError';
}

/** Colours and other escape sequences. */
// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Items of a list have no kind. */
function named<T extends object>(items: T[], kind: string | undefined): T[] {
  return kind === undefined ? items : items.map((item) => ({ ...item, kind }));
}
