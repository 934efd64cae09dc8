import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { notSupported, required } from '../../machinery/field-errors.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, conflictBecause } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { readNamed } from '../read/read-handler.ts';
import { type FieldError, StatusError } from '../../machinery/status-error.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { readBody } from '../codecs/read-body.ts';

const BINDING = { group: '', kind: 'Binding', apiVersion: 'v1' } as const;

interface Target {
  kind?: string;
  name?: string;
}

/** Binds a pod to a node, only once. */
export async function serveBinding(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const body = await readBody(exchange, BINDING.kind);
  const binding = decodeObject(body, BINDING, structSchema('Binding'), options, (text) =>
    exchange.warn(text),
  );
  if (binding.metadata.name !== exchange.info.name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  const target = (binding['target'] ?? {}) as Target;
  checkTarget(target);
  const pod = readNamed(exchange, api, resource) as unknown as Pod & KubeObject;
  const name = pod.metadata.name ?? '';
  const node = target.name ?? '';
  const problem = bindingProblem(pod);
  if (problem !== undefined) throw conflictBecause({ plural: 'pods/binding', group: '' }, name, problem);
  if (!options.dryRun) bindPod(api.store, pod, node, api.now());
  exchange.json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

function bindingProblem({ metadata, spec }: Pod & KubeObject): string | undefined {
  const { name } = metadata;
  if (metadata.deletionTimestamp !== undefined) {
    return `pod ${name} is being deleted, cannot be assigned to a host`;
  }
  const node = spec?.nodeName ?? '';
  if (node !== '') return `pod ${name} is already assigned to node "${node}"`;
  return (spec?.schedulingGates ?? []).length > 0
    ? `pod ${name} has non-empty .spec.schedulingGates`
    : undefined;
}

/** A real server reports these errors as 500. */
function checkTarget({ kind = '', name = '' }: Target): void {
  const errors: FieldError[] = [];
  if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (name === '') errors.push(required('target.name'));
  const texts = errors.map(({ field, message }) => `${field}: ${message}`);
  if (texts.length === 0) return;
  throw new StatusError(500, '', texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`);
}

/** Sets the pod's node and its PodScheduled condition. */
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
