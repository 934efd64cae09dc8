import { forbidden } from '../machinery/errors.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { FaultAction, PolicyReason } from './actions.ts';

type ActionOf<K extends FaultAction['kind']> = Extract<FaultAction, { kind: K }>;

/** A real server's messages for these codes. */
const DEFAULTS: Readonly<Record<number, { reason: string; message: string }>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'Unauthorized' },
  403: { reason: 'Forbidden', message: 'forbidden by an injected fault' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  409: {
    reason: 'Conflict',
    message: 'the object has been modified; please apply your changes to the latest version and try again',
  },
  410: { reason: 'Expired', message: 'The resourceVersion for the provided watch is too old.' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: {
    reason: 'TooManyRequests',
    message: 'The server has received too many requests and has asked us to try again later',
  },
  500: { reason: 'InternalError', message: 'Internal error occurred: injected fault' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: { reason: 'Timeout', message: 'request did not complete within the allotted timeout' },
};

/** The error of a fault in the form of an API server's response. */
export function faultError(action: ActionOf<'error'>): StatusError {
  const { code, retryAfterSeconds } = action;
  const defaults = DEFAULTS[code];
  return new StatusError(
    code,
    action.reason ?? defaults?.reason ?? '',
    action.message ?? defaults?.message ?? 'an injected fault',
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );
}

/** The response to an admission webhook's denial: its own Status, with the webhook's name before the message. */
export function webhookDenial({
  webhook,
  message = '',
  reason = '',
  code = 400,
}: ActionOf<'webhook-denial'>): StatusError {
  const text = message === '' ? reason : message;
  const suffix = text === '' ? ' without explanation' : `: ${text}`;
  return new StatusError(code, reason, `admission webhook "${webhook}" denied the request${suffix}`);
}

export function webhookFailure({ webhook, message }: ActionOf<'webhook-failure'>): StatusError {
  const cause =
    message ??
    `failed to call webhook: Post "https://${webhook}/?timeout=10s": dial tcp 10.96.0.99:443: connect: connection refused`;
  const text = `failed calling webhook "${webhook}": ${cause}`;
  return new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, {
    causes: [{ message: text }],
  });
}

const POLICY_CODES: Readonly<Record<PolicyReason, number>> = {
  Invalid: 422,
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

/** A ValidatingAdmissionPolicy has "forbidden" in its message, whatever its code is. */
export function policyDenial(
  { policy, binding, message, reason = 'Invalid' }: ActionOf<'policy-denial'>,
  resource: { plural: string; group: string },
  name: string,
): StatusError {
  const denial = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
  const error = forbidden(resource, name, denial);
  const details = { ...error.details, causes: [{ message: denial }] };
  return new StatusError(POLICY_CODES[reason], reason, error.message, details);
}

/** The page of a proxy that got no response. */
export function proxyPage(code: number): string {
  return `<html>\r\n<head><title>${code}</title></head>\r\n<body>\r\n<center><h1>${code}</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n`;
}
