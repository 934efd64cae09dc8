import { ApiStatusError, type Cluster } from '../cluster/index.ts';
import { DbgError } from '../errors.ts';

/** Without the right to exec the sleeper could neither be used nor ended: so nothing is written. */
export async function checkExec(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  const attributes = { namespace, verb: 'create', resource: 'pods', subresource: 'exec' };
  const review = await cluster
    .request<{ status?: { allowed?: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      },
      // Asking changes nothing.
      idempotent: true,
      signal,
    })
    .catch((error: unknown) => {
      if (error instanceof ApiStatusError) return undefined;
      throw error;
    });
  if (review?.status?.allowed !== false) return;
  throw new DbgError('refused', `--via=exec needs a right that you lack in namespace ${namespace}`, {
    remedy: `Ask for the right to create pods/exec in namespace ${namespace}, or leave out --via=exec`,
  });
}
