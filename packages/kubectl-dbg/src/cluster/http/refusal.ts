import type { Status } from 'kubectl-dbg-wire';
import { ApiStatusError, statusOfBody } from '../api-status-error.ts';
import type { ApiCall } from '../api-status-error.ts';
import { readRefusal } from './body.ts';
import { describeType } from './foreign-answer.ts';
import type { TransportResponse } from './transport.ts';

/** The error that a refused request becomes. */
export async function refusal(response: TransportResponse, call: ApiCall): Promise<ApiStatusError> {
  const body = await readRefusal(response);
  const type = response.headers['content-type'] ?? '';
  const status = statusOfBody(body) ?? statusOfText(response.status, body, type);
  return new ApiStatusError(response.status, status, call);
}

/** A Status for a refusal that has none: the kubelet's and proxies' errors are plain text or a page. */
function statusOfText(code: number, body: string, type: string): Status {
  const isText = type === '' || type.startsWith('text/plain') || type.startsWith('application/json');
  const text = body.trim();
  const foreign = text === '' ? '' : `, with ${describeType(type)} that is not from a Kubernetes API server`;
  const message = isText && text !== '' ? text : `HTTP status ${code}${foreign}`;
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message, reason: REASONS[code] ?? '' };
}

/** Reasons that the API gives these codes. Source: Kubernetes apimachinery, StatusReason. */
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
