import type { Status } from 'kubectl-dbg-wire';
import { ApiStatusError, statusOfBody } from '../api-status-error.ts';
import type { AnswerForm, ApiCall } from '../api-status-error.ts';
import { readRefusal } from './body.ts';
import { describeType } from './foreign-answer.ts';
import { retryAfter } from './retry.ts';
import type { TransportResponse } from './transport.ts';

/** Time limit for the body of a refusal, which is one packet: the status has already arrived. */
const REFUSAL_TIMEOUT_MS = 5_000;

/** The error for a refused request. `now` is for a Retry-After with a date. */
export async function refusal(
  response: TransportResponse,
  call: ApiCall,
  now: () => number = Date.now,
): Promise<ApiStatusError> {
  const body = await readRefusal(response, REFUSAL_TIMEOUT_MS);
  const type = response.headers['content-type'] ?? '';
  const status = statusOfBody(body);
  const wait = retryAfter(response.headers['retry-after'], now());
  if (status !== undefined) return new ApiStatusError(response.status, status, call, { retryAfter: wait });
  const program = response.headers['server'] ?? '';
  const form = formOf(body, type);
  return new ApiStatusError(response.status, statusOf(form, response.status, body, type), call, {
    form,
    program,
    retryAfter: wait,
  });
}

function formOf(body: string, type: string): AnswerForm {
  const text = body.trim();
  if (text === '') return 'empty';
  const isText = type === '' || type.startsWith('text/plain') || type.startsWith('application/json');
  return isText && !/^<(!doctype|html)/i.test(text) ? 'text' : 'page';
}

/** A Status for a refusal without one: errors of the kubelet and of proxies are plain text or a page. */
function statusOf(form: AnswerForm, code: number, body: string, type: string): Status {
  const message =
    form === 'text'
      ? body.trim()
      : form === 'empty'
        ? `HTTP status ${code}`
        : `HTTP status ${code}, with ${describeType(type)} that is not from a Kubernetes API server`;
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message, reason: REASONS[code] ?? '' };
}

/** The reasons of the API for these codes. Source: Kubernetes apimachinery, StatusReason. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
