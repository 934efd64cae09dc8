import { StatusError } from '../api/status-error.ts';
import type { FaultAction } from './points.ts';

/** What a real server says with these codes. */
const WORDS: Readonly<Record<number, { reason: string; message: string }>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'Unauthorized' },
  403: { reason: 'Forbidden', message: 'forbidden by an injected fault' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  409: {
    reason: 'Conflict',
    message: 'the object has been modified; please apply your changes to the latest version and try again',
  },
  410: { reason: 'Expired', message: 'The resourceVersion for the provided watch is too old.' },
  429: {
    reason: 'TooManyRequests',
    message: 'The server has received too many requests and has asked us to try again later',
  },
  500: { reason: 'InternalError', message: 'Internal error occurred: injected fault' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: { reason: 'Timeout', message: 'request did not complete within the allotted timeout' },
};

/** The error of a fault as an API server answers it. */
export function faultError(action: Extract<FaultAction, { kind: 'error' }>): StatusError {
  const { code, retryAfterSeconds } = action;
  const words = WORDS[code];
  return new StatusError(
    code,
    action.reason ?? words?.reason ?? '',
    action.message ?? words?.message ?? 'an injected fault',
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );
}

/** The page of a proxy that got no answer. */
export function proxyPage(code: number): string {
  return `<html>\r\n<head><title>${code}</title></head>\r\n<body>\r\n<center><h1>${code}</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n`;
}
