import { abortable } from '../abortable.ts';
import { DbgError } from '../../errors.ts';
import type { Credential, Credentials } from '../credentials/credentials.ts';
import { requestTarget } from '../endpoint.ts';
import type { Endpoint, Impersonation } from '../kubeconfig/connection.ts';
import type { TraceEntry, Tuning } from '../options.ts';
import type { ApiRequest } from '../types.ts';
import { MAX_ANSWER_BYTES, readText } from './body.ts';
import type { Connector } from './connector.ts';
import { explainTransport } from './explain-transport.ts';
import { describeType, foreignAnswer, isRedirect, redirectAnswer } from './foreign-answer.ts';
import { requestHeaders } from './headers.ts';
import { refusal } from './refusal.ts';
import { connectionPause, MAX_TRIES, pause, retryAfter } from './retry.ts';
import { TransportError } from './transport.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';
import { parseWarnings } from './warning.ts';

export interface ClientSettings {
  endpoint: Endpoint;
  credentials: Credentials;
  connector: Connector;
  impersonate: Impersonation | undefined;
  userAgent: string;
  /** `--request-timeout` in milliseconds. */
  requestTimeout: number | undefined;
  compress: boolean;
  tuning: Tuning;
  now: () => number;
  trace: (entry: TraceEntry) => void;
  warn: (text: string) => void;
}

/** Sends requests: headers, credentials, retries, warnings, refusals as errors. */
export class HttpClient {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Sends a request and decodes the JSON answer. */
  async request<T>(request: ApiRequest): Promise<T> {
    const bounded = this.#bound(request);
    try {
      const response = await this.open(bounded, { compress: this.#settings.compress, sendTimeout: true });
      const type = response.headers['content-type'] ?? '';
      if (!/^application\/(.*\+)?json\b/.test(type)) {
        response.discard();
        throw foreignAnswer(this.#settings.endpoint, `${describeType(type)} instead of JSON`);
      }
      return this.#parse<T>(await readText(response, MAX_ANSWER_BYTES));
    } catch (error) {
      throw this.#inWords(error, request, bounded);
    }
  }

  /** Sends a request and gives the body as it comes. A body that breaks throws DbgError `lost`. */
  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const bounded = this.#bound(request);
    try {
      const response = await this.open(bounded, {});
      return this.#explained(response.body, request, bounded);
    } catch (error) {
      throw this.#inWords(error, request, bounded);
    }
  }

  /**
   * Sends a request until the head of an accepted answer. Throws ApiStatusError for a refusal, DbgError for a
   * connection that failed, and the signal's reason when it was aborted.
   */
  async open(
    request: ApiRequest,
    options: { compress?: boolean; sendTimeout?: boolean },
  ): Promise<TransportResponse> {
    const { credentials, requestTimeout, tuning } = this.#settings;
    const timeout =
      options.sendTimeout === true && requestTimeout !== undefined
        ? { timeout: `${Math.max(1, Math.ceil(requestTimeout / 1000))}s` }
        : {};
    const target = requestTarget(this.#settings.endpoint, request.path, { ...request.query, ...timeout });
    const { signal } = request;
    const repeatable = request.idempotent ?? request.method === 'GET';
    let refreshed = false;
    for (let tries = 1; ; tries += 1) {
      const credential = await abortable(credentials.get(), signal);
      let response: TransportResponse;
      try {
        response = await this.#try(request, target, credential, options.compress === true);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        const again =
          error.phase === 'unprocessed' || (repeatable && error.phase === 'answer' && broken(error));
        if (!again || tries >= MAX_TRIES) {
          throw explainTransport(error.cause, this.#settings.endpoint, error.phase);
        }
        await pause(connectionPause(tries), signal);
        continue;
      }
      if (response.status === 401 && !refreshed && credentials.refused(credential)) {
        refreshed = true;
        response.discard();
        continue;
      }
      const wait = this.#wait(response, repeatable);
      if (wait !== undefined && wait <= tuning.retryAfterLimit && tries < MAX_TRIES) {
        response.discard();
        await pause(wait, signal);
        continue;
      }
      if (isRedirect(response.status)) throw redirectAnswer(this.#settings.endpoint, response);
      if (response.status >= 400) throw await refusal(response, { method: request.method, path: target });
      return response;
    }
  }

  /** Gives a body on, with the connection's failures in words. */
  async *#explained(
    body: AsyncIterable<Uint8Array>,
    request: ApiRequest,
    bounded: ApiRequest,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw this.#inWords(error, request, bounded);
    }
  }

  async #try(
    request: ApiRequest,
    target: string,
    credential: Credential,
    compress: boolean,
  ): Promise<TransportResponse> {
    const { connector, tuning, trace, warn, now } = this.#settings;
    const began = now();
    const { body } = request;
    const sent: TransportRequest = {
      method: request.method,
      target,
      headers: requestHeaders(this.#settings, credential, {
        contentType: body === undefined ? undefined : (request.contentType ?? 'application/json'),
        compress,
      }),
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: request.signal,
      timeout: tuning.answerTimeout,
    };
    const transport = await abortable(connector.transport(credential), request.signal);
    const response = await transport.request(sent);
    const milliseconds = now() - began;
    trace({ kind: 'request', method: request.method, path: target, status: response.status, milliseconds });
    const { warning } = response.headers;
    if (warning !== undefined) for (const text of parseWarnings(warning)) warn(text);
    return response;
  }

  /**
   * How long the server asks to wait before the same request: after 429 it has not looked at the request, so any may be
   * sent again; a 503 may come from the middle of the work, so only what may be done twice.
   */
  #wait(response: TransportResponse, repeatable: boolean): number | undefined {
    if (response.status !== 429 && !(response.status === 503 && repeatable)) return undefined;
    return retryAfter(response.headers['retry-after'], this.#settings.now());
  }

  /** `--request-timeout` bounds the request as a whole, its body included. */
  #bound(request: ApiRequest): ApiRequest {
    const { requestTimeout } = this.#settings;
    if (requestTimeout === undefined) return request;
    const deadline = AbortSignal.timeout(requestTimeout);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
    return { ...request, signal };
  }

  /** A connection's failure, or our own deadline, as an error for the user; others as they are. */
  #inWords(error: unknown, request: ApiRequest, bounded: ApiRequest): unknown {
    if (error instanceof TransportError) {
      return explainTransport(error.cause, this.#settings.endpoint, error.phase);
    }
    const timedOut = bounded.signal?.aborted === true && request.signal?.aborted !== true;
    if (!timedOut || error !== bounded.signal?.reason) return error;
    return new DbgError('deadline', 'the request took longer than --request-timeout allows', {
      remedy: 'Allow more with --request-timeout',
      cause: error,
    });
  }

  #parse<T>(text: string): T {
    try {
      return JSON.parse(text) as T;
    } catch {
      // The parser's own words quote the answer, which may be anything.
      throw foreignAnswer(this.#settings.endpoint, 'an answer that is not whole JSON');
    }
  }
}

/** Whether the connection itself failed, so that another may do better; a server that does not answer stays so. */
function broken(error: TransportError): boolean {
  return (error.cause as { code?: unknown } | null)?.code !== 'ANSWER_TIMEOUT';
}
