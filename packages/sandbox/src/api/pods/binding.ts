import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { timestamp } from '../../store/memory-store.ts';
import type { KubeObject, Store } from '../../store/types.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { conflictBecause } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { readNamed } from '../read-handler.ts';
import { readBody } from '../write/read-body.ts';

/** Puts a pod on a node, once. */
export async function serveBinding(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const body = (await readBody(exchange, 'Binding')).value as { target?: { name?: string } };
  const pod = readNamed(exchange, api, resource) as unknown as Pod & KubeObject;
  const name = pod.metadata.name ?? '';
  const node = body.target?.name ?? '';
  if ((pod.spec?.nodeName ?? '') !== '') {
    throw conflictBecause(
      { plural: 'pods/binding', group: '' },
      name,
      `pod ${name} is already assigned to node "${pod.spec?.nodeName ?? ''}"`,
    );
  }
  if (!options.dryRun) bindPod(api.store, pod, node, api.now());
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** Writes the node into the pod, and that it is scheduled. */
export function bindPod(store: Store, pod: KubeObject, node: string, now: Date): void {
  const { namespace, name = '' } = pod.metadata;
  store.update<Pod & KubeObject>('pods', namespace, name, (draft) => {
    if (draft.spec === undefined) return;
    draft.spec.nodeName = node;
    const scheduled = {
      type: 'PodScheduled',
      observedGeneration: draft.metadata.generation ?? 1,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: timestamp(now),
    };
    const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    Object.assign(draft, { status: { ...draft.status, conditions: [...others, scheduled] } });
  });
}
