import { DbgError } from '../../errors.ts';
import { sanitiseShort } from '../../sanitise.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import { describeServer } from './explain-transport.ts';
import type { TransportResponse } from './transport.ts';

/** An answer that no API server gives; `what` completes "the server X answered with ...". */
export function foreignAnswer(endpoint: Endpoint, what: string): DbgError {
  return new DbgError('unreachable', `the server ${describeServer(endpoint)} answered with ${what}`, {
    remedy:
      'Check that the address is that of a Kubernetes API server, without a login page or proxy between',
  });
}

/** A redirect would take the credentials elsewhere: it is named, and not followed. */
export function redirectAnswer(endpoint: Endpoint, response: TransportResponse): DbgError {
  response.discard();
  const to = sanitiseShort(response.headers['location'] ?? 'nowhere', 200);
  return foreignAnswer(endpoint, `a redirect (${response.status}) to ${to}, which is not followed`);
}

/** Whether a status is a redirect, or another that a client has not asked for (304). */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** A content type in words. */
export function describeType(type: string): string {
  if (type.startsWith('text/html')) return 'a web page (text/html)';
  return type === '' ? 'something without a content type' : sanitiseShort(type, 100);
}
