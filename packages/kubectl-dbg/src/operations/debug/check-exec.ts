import { ApiStatusError, type Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { DbgError } from '../../model/failure.ts';

/** Without the right to exec the sleeper could neither be used nor terminated, so nothing is written. */
export async function checkExec(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  const attributes = { namespace, verb: 'create', resource: 'pods', subresource: 'exec' };
  const review = await cluster
    .request<{ status?: { allowed?: boolean } }>({
      method: 'POST',
      path: apiPaths.collection('authorization.k8s.io', undefined, 'selfsubjectaccessreviews'),
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      },
      // A review changes nothing.
      idempotent: true,
      signal,
    })
    .catch((error: unknown) => {
      if (error instanceof ApiStatusError) return undefined;
      throw error;
    });
  if (review?.status?.allowed !== false) return;
  throw new DbgError(
    'refused',
    'ExecForbidden',
    `running a command by exec needs a right that you lack in namespace ${namespace}`,
    { namespace },
  );
}
