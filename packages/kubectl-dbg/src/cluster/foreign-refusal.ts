import type { ApiStatusError } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';
import type { ApiErrorMeaning } from './explain-api-error.ts';
import { groundOf } from './forbidden.ts';

/** Requests that the API server forwards to the kubelet, whose refusals are plain text. */
const BY_KUBELET: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward']);

const GATEWAY_CODES: ReadonlySet<number> = new Set([502, 503, 504]);

/** For the requests of this program, which are all well known, the API server sends a Status with these codes. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 404, 405]);

/** The kubelet's authorizer; the API server itself lacks the right. Source: kubelet, server/server.go. */
const KUBELET_FORBIDDEN = /^Forbidden \(user=/;

/**
 * The meaning of a refusal that is not a Status: for rights and credentials the API server always sends a Status, so it
 * is from a proxy. Undefined for a Status, and if the text may be the server's (the kubelet's errors, 4xx texts, an
 * overloaded server).
 */
export function explainForeignRefusal(
  error: ApiStatusError,
  server: string | undefined,
): ApiErrorMeaning | undefined {
  const { code, form, serverMessage } = error;
  if (form === 'status') return undefined;
  const subresource = describeCall(error.call.method, error.call.path)?.subresource ?? '';
  if (form === 'text' && BY_KUBELET.has(subresource) && KUBELET_FORBIDDEN.test(serverMessage)) {
    return {
      kind: 'refused',
      code: 'KubeletForbidden',
      message: `the kubelet of the node refuses the API server: ${serverMessage}`,
      facts: {},
    };
  }
  if (code === 403 && form === 'empty') {
    return {
      kind: 'refused',
      code: 'Forbidden',
      message: `${error.message}, without a word from the API server`,
      facts: { ...groundOf(error), silent: true },
    };
  }
  const isRefusal = code === 401 || code === 403 || code === 407;
  // A failing or busy API server may respond with a text; a bad gateway and an HTML page are never its own.
  const isOwnText =
    form === 'text' && !GATEWAY_CODES.has(code) && (BY_KUBELET.has(subresource) || !UNKNOWN.has(code));
  if (!isRefusal && (code === 429 || isOwnText)) return undefined;
  const message = `${hop(error)} answered in place of the API server${server === undefined ? '' : ` ${server}`}: ${words(error)}`;
  const facts = { program: error.program };
  return isRefusal
    ? { kind: 'refused', code: 'GatewayRefused', message, facts }
    : { kind: 'unreachable', code: 'GatewayFailed', message, facts };
}

function hop({ program }: ApiStatusError): string {
  return `a proxy or gateway${program === '' ? '' : ` (${program})`}`;
}

function words({ code, form, serverMessage }: ApiStatusError): string {
  return form === 'text' ? `HTTP status ${code}, ${serverMessage}` : serverMessage;
}
