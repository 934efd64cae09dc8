import { ApiStatusError } from './api-status-error.ts';

/**
 * The API server's messages when a webhook (Kyverno, Gatekeeper, or another) or a policy has denied a request. The HTTP
 * status is chosen by the webhook or policy. Source: apiserver, admission plugins.
 */
const DENIED =
  /admission webhook "[^"]{0,400}" denied the request|(Validating|Mutating)AdmissionPolicy '[^']{0,400}' with binding '[^']{0,400}' denied request| violates PodSecurity /;

/** The authorizer's message: a right is missing, which has nothing to do with policies. */
const AUTHORIZER = / cannot (\S+ (resource|path)|impersonate) /;

/**
 * Whether an admission webhook or policy of the cluster denied the request, with any status code: then other objects may
 * be admitted. False for a missing right, for the API server's own validation, and for a proxy's response.
 */
export function isAdmissionDenial(error: unknown): error is ApiStatusError {
  if (!(error instanceof ApiStatusError) || error.form !== 'status') return false;
  const { code, serverMessage } = error;
  if (DENIED.test(serverMessage)) return true;
  if (serverMessage === '' || AUTHORIZER.test(serverMessage)) return false;
  // The message of the API server's own validation contains "is invalid".
  return code === 403 || ((code === 400 || code === 422) && / is forbidden: /.test(serverMessage));
}

/**
 * The existing debug container that a denial is about: its message names this one and not the one to be added. Ephemeral
 * containers stay in a pod, and policies check all of them at each change.
 */
export function olderContainerAtFault(
  message: string,
  added: string,
  older: readonly string[],
): string | undefined {
  const words = new Set(message.split(/[^a-z0-9-]+/));
  return words.has(added) ? undefined : older.find((name) => name !== added && words.has(name));
}
