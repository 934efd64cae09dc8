import { abortable } from '../../base/abortable.ts';
import { exceededLimit } from '../../base/json-shape.ts';
import { pause, timeoutSignal } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import type { Credential, Credentials } from '../credentials/credentials.ts';
import { requestTarget } from '../endpoint.ts';
import type { Endpoint, Impersonation } from '../kubeconfig/connection.ts';
import type { TraceEntry, ClientTimeouts } from '../options.ts';
import type { ApiRequest } from '../types.ts';
import { ANSWER_LIMITS, MAX_ANSWER_BYTES, readText } from './body.ts';
import type { Connector } from './connector.ts';
import { describeServer } from './describe-server.ts';
import {
  describeType,
  foreignAnswer,
  isRedirect,
  malformedAnswer,
  redirectAnswer,
} from './foreign-answer.ts';
import { requestHeaders } from './headers.ts';
import { refusal } from './refusal.ts';
import { connectionPause, MAX_TRIES, retryAfter } from './retry.ts';
import { TransportError } from './transport.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';
import { parseWarnings } from './warning.ts';

export interface ClientSettings {
  endpoint: Endpoint;
  credentials: Credentials;
  connector: Connector;
  impersonate: Impersonation | undefined;
  userAgent: string;
  /** The source of the credentials, for messages. */
  identity: string;
  /** `--request-timeout` in milliseconds. */
  requestTimeout: number | undefined;
  compress: boolean;
  tuning: ClientTimeouts;
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
      const { bodyTimeout } = this.#settings.tuning;
      // A longer time for a request also applies to its response.
      const timeout = Math.max(bodyTimeout, this.#settings.requestTimeout ?? 0);
      // Loaded while the response arrives: it is not needed earlier.
      const [text, { checkAnswer }] = await Promise.all([
        readText(response, MAX_ANSWER_BYTES, timeout),
        import('../door/check-object.ts'),
      ]);
      const answer = this.#parse<T>(text);
      checkAnswer(request, answer, describeServer(this.#settings.endpoint));
      return answer;
    } catch (error) {
      throw await this.#inWords(error, request, bounded);
    }
  }

  /** Sends a request and returns the body as a stream. If the body breaks it throws DbgError `lost`. */
  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const bounded = this.#bound(request);
    try {
      const response = await this.open(bounded, {});
      const type = response.headers['content-type'] ?? '';
      // A watch is JSON, and a log is text: neither is a web page, such as that of a login.
      if (/^text\/html\b/.test(type)) {
        response.discard();
        throw foreignAnswer(this.#settings.endpoint, `${describeType(type)} instead of what was asked for`);
      }
      return this.#explained(response.body, request, bounded);
    } catch (error) {
      throw await this.#inWords(error, request, bounded);
    }
  }

  /**
   * Sends a request and returns at the head of an accepted response. Throws ApiStatusError for a refusal, DbgError for a
   * failed connection, and the signal's reason when it was aborted.
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
      const credential = await abortable(credentials.get(signal), signal);
      let response: TransportResponse;
      try {
        response = await this.#try(request, target, credential, options.compress === true);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        const again =
          error.phase === 'unprocessed' || (repeatable && error.phase === 'answer' && broken(error));
        if (!again || tries >= MAX_TRIES) throw await this.#explainFailure(error, credential);
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
        if (response.status === 429) request.onBusy?.(wait);
        await pause(wait, signal);
        continue;
      }
      if (isRedirect(response.status)) throw redirectAnswer(this.#settings.endpoint, response);
      if (response.status >= 400) {
        const who = response.status === 401 ? await whoAsked(this.#settings, credential) : {};
        throw await refusal(response, { method: request.method, path: target, ...who });
      }
      return response;
    }
  }

  /** Describes a failed connection, including the problem of our client certificate if that may be the cause. */
  async #explainFailure(error: TransportError, credential: Credential): Promise<DbgError> {
    const [{ explainTransport }, { isClientCertificateAlert }] = await Promise.all([
      import('./explain-transport.ts'),
      import('./explain-tls.ts'),
    ]);
    // Some servers just close the connection if they refuse a certificate.
    const isConcerned = isClientCertificateAlert(error.cause) || error.phase === 'answer';
    const flaw =
      isConcerned && credential.clientCertificate !== undefined
        ? (await whoAsked(this.#settings, credential)).flaw
        : undefined;
    const now = this.#settings.now();
    return explainTransport(error.cause, this.#settings.endpoint, error.phase, { flaw, now });
  }

  /** Forwards a body, and describes failures of its connection. */
  async *#explained(
    body: AsyncIterable<Uint8Array>,
    request: ApiRequest,
    bounded: ApiRequest,
  ): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw await this.#inWords(error, request, bounded);
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
   * How long the server asks to wait before a retry: after 429 it has not processed the request, so any may be repeated;
   * a 503 may come during the processing, so only an idempotent request may.
   */
  #wait(response: TransportResponse, repeatable: boolean): number | undefined {
    if (response.status !== 429 && !(response.status === 503 && repeatable)) return undefined;
    return retryAfter(response.headers['retry-after'], this.#settings.now());
  }

  /** `--request-timeout` limits the complete request, including its body. */
  #bound(request: ApiRequest): ApiRequest {
    const { requestTimeout } = this.#settings;
    if (requestTimeout === undefined) return request;
    const deadline = timeoutSignal(requestTimeout);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
    return { ...request, signal };
  }

  /** A failed connection, or our own deadline, as an error for the user; other errors unchanged. */
  async #inWords(error: unknown, request: ApiRequest, bounded: ApiRequest): Promise<unknown> {
    if (error instanceof TransportError) {
      const { explainTransport } = await import('./explain-transport.ts');
      return explainTransport(error.cause, this.#settings.endpoint, error.phase);
    }
    if (isCompressionError(error)) {
      return malformedAnswer(this.#settings.endpoint, 'a malformed gzip response');
    }
    const timedOut = bounded.signal?.aborted === true && request.signal?.aborted !== true;
    if (!timedOut || error !== bounded.signal?.reason) return error;
    return new DbgError(
      'deadline',
      'RequestTimedOut',
      'the request took longer than the request timeout allows',
      {},
      { cause: error },
    );
  }

  #parse<T>(text: string): T {
    const exceeded = exceededLimit(text, ANSWER_LIMITS);
    if (exceeded !== undefined) {
      const what = exceeded === 'depth' ? 'is nested too deeply' : 'holds too many values';
      throw malformedAnswer(this.#settings.endpoint, `JSON that ${what}`, 'AnswerTooLarge');
    }
    try {
      return JSON.parse(text) as T;
    } catch {
      // The parser's own message quotes the response, which may contain anything.
      throw malformedAnswer(this.#settings.endpoint, 'incomplete JSON');
    }
  }
}

/** The error of node:zlib for invalid compressed data. */
function isCompressionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A Status error's code is a number.
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('Z_');
}

/** The identity of a request with a 401 response. */
export async function whoAsked(
  settings: Pick<ClientSettings, 'identity' | 'now'>,
  credential: Credential,
): Promise<{ identity: string; flaw: string | undefined }> {
  const { flawOf } = await import('../credentials/flaw.ts');
  return { identity: settings.identity, flaw: flawOf(credential, settings.now()) };
}

/** Whether the connection itself failed, so that another one may work; a server that does not respond won't. */
function broken(error: TransportError): boolean {
  return (error.cause as { code?: unknown } | null)?.code !== 'ANSWER_TIMEOUT';
}
