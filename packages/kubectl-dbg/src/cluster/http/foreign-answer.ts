import { DbgError } from '../../model/failure.ts';
import { sanitiseShort } from '../../base/sanitise.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import { describeServer } from './describe-server.ts';
import type { TransportResponse } from './transport.ts';

/** A response that is not from an API server; `what` completes "the server X answered with ...". */
export function foreignAnswer(endpoint: Endpoint, what: string): DbgError {
  const server = describeServer(endpoint);
  return new DbgError('unreachable', 'AnswerForeign', `the server ${server} answered with ${what}`, {
    server,
  });
}

/** A response that violates the API; `what` completes "the server X answered with ...". */
export function malformedAnswer(
  endpoint: Endpoint,
  what: string,
  code: 'AnswerMalformed' | 'AnswerTooLarge' = 'AnswerMalformed',
): DbgError {
  const server = describeServer(endpoint);
  return new DbgError('protocol', code, `the server ${server} answered with ${what}`, { server });
}

/** A redirect would send the credentials elsewhere: it is reported, and not followed. */
export function redirectAnswer(endpoint: Endpoint, response: TransportResponse): DbgError {
  response.discard();
  const to = sanitiseShort(placeOf(response.headers['location']), 200);
  return foreignAnswer(endpoint, `a redirect (${response.status}) to ${to}, which is not followed`);
}

/** The location without anything that may be secret: user name, password, and everything after the path. */
function placeOf(location: string | undefined): string {
  if (location === undefined || location === '') return 'nowhere';
  if (!URL.canParse(location)) return location.replace(/[?#].*$/s, '').replace(/^.*@/s, '');
  const { protocol, host, pathname } = new URL(location);
  return `${protocol}//${host}${pathname}`;
}

/** Whether a status is a redirect, or another one that the client did not request (304). */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** A content type as text. */
export function describeType(type: string): string {
  if (type.startsWith('text/html')) return 'a web page (text/html)';
  return type === '' ? 'something without a content type' : sanitiseShort(type, 100);
}
