import type { KubeObject } from '../../store/types.ts';
import { timestamp } from '../../store/memory-store.ts';
import type { PodCondition } from 'kubernetes-types/core/v1.d.ts';
import { asPod } from '../../resources/pods/types.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { beginWrite } from '../write-exchange.ts';
import type { Write } from '../write/context.ts';
import { decodeObject } from '../write/decode-body.ts';
import { checkPreconditions, deleteObject, type DeleteOptions } from '../write/delete.ts';
import { readBody } from '../write/read-body.ts';

const EVICTION = { group: 'policy', kind: 'Eviction', apiVersion: 'policy/v1' } as const;
/** The older version, which is still taken. */
const BETA = 'policy/v1beta1';

/** Evicts a pod: a delete that disruption budgets could refuse (the sandbox keeps none). */
export async function serveEviction(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const { name } = exchange.info;
  const { dryRun } = options;
  const write = beginWrite(exchange, api, resource, dryRun);
  const body = await readBody(exchange, EVICTION.kind);
  const version = body.value['apiVersion'] === BETA ? { ...EVICTION, apiVersion: BETA } : EVICTION;
  const eviction = decodeObject(body, version, structSchema('Eviction'), options, write.context.warn);
  if (eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object');
  const deleteOptions = (eviction['deleteOptions'] ?? {}) as Partial<DeleteOptions>;
  if (!dryRun) markDisrupted(write, name, deleteOptions);
  // The mark is of the server's own making: it does not make the version stale that was asked for.
  const { resourceVersion: _marked, ...preconditions } = deleteOptions.preconditions ?? {};
  deleteObject(write, name, { ...deleteOptions, preconditions, dryRun });
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** Says in the pod's status why it goes. */
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
