import type { Exchange } from '../exchange.ts';

/** One request to the API server, finished or not. */
export interface RequestRecord {
  method: string;
  /** Including the query. */
  path: string;
  /** The API verb: get, list, watch, create, update, patch, delete, deletecollection. */
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  user: string;
  userAgent: string;
  /** The request body as text; absent without a body, or if it was not read. */
  body?: string;
  /** HTTP status of the response, 101 for an upgrade; absent before the response. */
  status?: number;
}

/** The requests to a sandbox, for assertions. */
export interface RequestLog {
  /** In order of arrival; all, or those whose properties equal those of `match`. The last 10,000 are kept. */
  list(match?: Partial<RequestRecord>): RequestRecord[];
  /** Drops the requests so far. */
  clear(): void;
}

/** Enough for a test suite; the oldest are dropped. */
const CAPACITY = 10_000;

export class RequestRecorder implements RequestLog {
  #records: RequestRecord[] = [];

  add(exchange: Exchange, path: string): void {
    const { method, info, user, headers, response, upgrade } = exchange;
    const { verb, group, resource, subresource, namespace, name } = info;
    const record: RequestRecord = {
      method,
      path,
      verb,
      group,
      resource,
      subresource,
      namespace,
      name,
      user: user.name,
      userAgent: headers['user-agent'] ?? '',
    };
    this.#records.push(record);
    if (this.#records.length > CAPACITY) this.#records.shift();
    exchange.onBody = (body) => {
      if (body.length > 0) record.body = body.toString('utf8');
    };
    // Set by the responder; a hijacked stream has no HTTP response.
    Object.defineProperty(record, 'status', {
      enumerable: true,
      get: () => (response.headersSent ? response.statusCode : upgrade?.takenOver === true ? 101 : undefined),
    });
  }

  list(match: Partial<RequestRecord> = {}): RequestRecord[] {
    return this.#records
      .map((record) => ({ ...record }))
      .filter((record) =>
        Object.entries(match).every(([key, value]) => record[key as keyof RequestRecord] === value),
      );
  }

  clear(): void {
    this.#records = [];
  }
}
