import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError } from '../cluster/api-status-error.ts';
import type { Cluster, Query } from '../cluster/types.ts';
import { DbgError } from '../errors.ts';

/** One write of a plan. */
export interface ApiWrite {
  verb: 'create' | 'patch' | 'delete';
  path: string;
  contentType: string;
  body: unknown;
}

const METHODS = { create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

/**
 * Sends one write and returns what the server answers.
 *
 * A patch adds a container by its name and a deletion carries the uid, so both may be sent again when the answer is
 * lost. A create may not: then the pod is looked for instead.
 *
 * @param dryRun the server checks and defaults everything, and stores nothing (`dryRun=All`)
 */
export async function applyWrite(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  signal: AbortSignal,
  dryRun = false,
): Promise<Pod> {
  const query: Query = dryRun ? { dryRun: 'All' } : {};
  try {
    return await cluster.request<Pod>({
      method: METHODS[write.verb],
      path: write.path,
      query,
      body: write.body,
      contentType: write.contentType,
      idempotent: write.verb !== 'create' || dryRun,
      signal,
    });
  } catch (error) {
    if (write.verb !== 'create' || dryRun || !mayHaveHappened(error)) throw error;
    const found = await findCreated(cluster, write, signal);
    if (found === undefined) throw perhapsCreated(error, write);
    return found;
  }
}

/** Whether a write may have been carried out although it failed: no answer came, or one of a server or proxy in trouble. */
function mayHaveHappened(error: unknown): boolean {
  if (error instanceof ApiStatusError) return error.code >= 500 || error.code === 429;
  return error instanceof DbgError && ['unreachable', 'lost', 'deadline'].includes(error.kind);
}

/** Nobody knows whether the pod is there: whoever reads this should look. */
function perhapsCreated(error: unknown, { body }: ApiWrite): unknown {
  const { namespace = '', name = '' } = (body as Pod).metadata ?? {};
  if (!(error instanceof DbgError)) return error;
  return new DbgError(error.kind, error.message, {
    remedy: `The pod may have been created all the same: look with kubectl get pod ${name} -n ${namespace}`,
    cause: error,
  });
}

/**
 * The pod whose creation was not answered, if the server has it. Its containers' names tell it from another of that
 * name: one that we draw has 14 million possible endings.
 */
async function findCreated(
  cluster: Pick<Cluster, 'request'>,
  write: ApiWrite,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const wanted = write.body as Pod;
  const name = wanted.metadata?.name ?? '';
  let found: Pod;
  try {
    found = await cluster.request<Pod>({
      method: 'GET',
      path: `${write.path}/${encodeURIComponent(name)}`,
      signal,
    });
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.code !== 404) return undefined;
    // It did not arrive: now it is known that it may be sent again.
    return await cluster.request<Pod>({
      method: 'POST',
      path: write.path,
      body: write.body,
      contentType: write.contentType,
      signal,
    });
  }
  const names = (pod: Pod) => (pod.spec?.containers ?? []).map((container) => container.name).join(' ');
  if (names(found) === names(wanted)) return found;
  throw new DbgError('refused', `there is another pod ${name}: what was to be created was not`, {
    remedy: 'Choose another name',
  });
}
