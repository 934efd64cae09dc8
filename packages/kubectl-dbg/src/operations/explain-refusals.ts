import { ApiStatusError, type Cluster, explainApiError } from '../cluster/index.ts';

/** Runs a function; refusals of the server are thrown as DbgError, an abort as the signal's reason. */
export async function explainRefusals<T>(
  cluster: Cluster,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
  }
}
