import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { PodCondition } from 'kubernetes-types/core/v1.d.ts';
import { budgetsOf, disruptionOf, isHealthy } from '../../resources/disruption.ts';
import { asPod, type PodObject } from '../../resources/pods/types.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, internalError } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { beginWrite } from '../write/write-exchange.ts';
import type { Write } from '../write/context.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { checkPreconditions, deleteObject, type DeleteOptions } from '../write/delete.ts';
import { readBody } from '../codecs/read-body.ts';

const EVICTION = { group: 'policy', kind: 'Eviction', apiVersion: 'policy/v1' } as const;
/** The older version, which is still accepted. */
const BETA = 'policy/v1beta1';

/** Evicts a pod: a delete that disruption budgets may refuse. */
export async function serveEviction(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const { name } = exchange.info;
  const { dryRun } = options;
  const write = beginWrite(exchange, api, resource, dryRun);
  const body = await readBody(exchange, EVICTION.kind);
  const version = body.value['apiVersion'] === BETA ? { ...EVICTION, apiVersion: BETA } : EVICTION;
  const eviction = decodeObject(body, version, structSchema('Eviction'), options, write.context.warn);
  if (eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object');
  // Admission applies to the eviction, not to the delete that follows.
  const { admission, ...deletion } = write;
  admission?.(name);
  const deleteOptions = (eviction['deleteOptions'] ?? {}) as Partial<DeleteOptions>;
  evictPod(deletion, name, deleteOptions);
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** Evicts a pod through the same steps as a request. Throws StatusError 429 if a budget refuses it, and the errors of a delete. */
export function evictPod(write: Write, name: string, options: Partial<DeleteOptions>): void {
  const { dryRun } = write.context;
  const pod = write.store.get('pods', write.namespace, name);
  if (pod !== undefined) checkBudgets(write.store, asPod(pod));
  if (!dryRun) markDisrupted(write, name, options);
  // The condition that was just set must not cause a conflict with the requested resourceVersion.
  const { resourceVersion: _marked, ...preconditions } = options.preconditions ?? {};
  deleteObject(write, name, { ...options, preconditions, dryRun });
}

/** Terminated and pending pods can always be evicted; unhealthy ones if enough others are healthy. */
function checkBudgets(store: Store, pod: PodObject): void {
  const { phase } = pod.status;
  if (phase !== 'Running' || pod.metadata.deletionTimestamp !== undefined) return;
  const [budget, another] = budgetsOf(store, pod);
  if (budget === undefined) return;
  if (another !== undefined) {
    throw internalError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const { currentHealthy, desiredHealthy, disruptionsAllowed } = disruptionOf(store, budget);
  const isEnough = currentHealthy >= desiredHealthy && desiredHealthy > 0;
  const isAlways = budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow';
  if (disruptionsAllowed > 0 || (!isHealthy(pod) && (isEnough || isAlways))) return;
  const { name = '' } = budget.metadata;
  const message = `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    { causes: [{ reason: 'DisruptionBudget', message }] },
  );
}

/** Sets the pod's DisruptionTarget condition. */
function markDisrupted(write: Write, name: string, options: Partial<DeleteOptions>): void {
  const { store, namespace, context } = write;
  const old = store.get('pods', namespace, name);
  if (old === undefined) return;
  checkPreconditions(write, old, options);
  store.update<KubeObject>('pods', namespace, name, (draft) => {
    const pod = asPod(draft);
    const condition = {
      type: 'DisruptionTarget',
      observedGeneration: draft.metadata.generation ?? 1,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: timestamp(context.now()),
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    } as unknown as PodCondition;
    const others = (pod.status.conditions ?? []).filter(({ type }) => type !== condition.type);
    pod.status.conditions = [...others, condition];
  });
}
