import { ApiStatusError } from './api-status-error.ts';

/**
 * Whether a write was refused because the object of that name has a different uid. Source: recorded from Kubernetes
 * v1.36.2: the response to a patch is 422 "metadata.uid: ... field is immutable", to a PUT 409.
 */
export function isOtherUid(error: unknown): boolean {
  if (!(error instanceof ApiStatusError)) return false;
  const { code, details, serverMessage } = error;
  if (code === 409) return serverMessage.includes('UID in precondition');
  const causes = Array.isArray(details?.causes) ? details.causes : [];
  return code === 422 && causes.some(({ field }) => field === 'metadata.uid');
}
