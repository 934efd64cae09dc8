import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { invalid, invalidObject } from '../../machinery/field-errors.ts';
import { formatSelector } from '../../machinery/selectors/label-selector.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { conflict } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { readPatchOptions, readWriteOptions } from '../options.ts';
import { patchTypeOf, readPatch } from '../patch/apply-patch.ts';
import { readNamed } from '../read/read-handler.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { readBody } from '../codecs/read-body.ts';
import { checkName, updateObject } from '../write/update.ts';
import { beginWrite, noteWriter } from '../write/write-exchange.ts';

const SCALE = { group: 'autoscaling', kind: 'Scale', apiVersion: 'autoscaling/v1' } as const;
const SCHEMA = structSchema('Scale');

interface Scale extends KubeObject {
  spec?: { replicas?: number };
}

/** Serves `/scale`: the replicas of a workload as a Scale object. */
export async function serveScale(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  if (exchange.method === 'GET') {
    const scale = scaleOf(readNamed(exchange, api, resource));
    // On a read, absent replicas get the field's default; in the response to a write they stay absent.
    exchange.json(200, { ...scale, spec: { replicas: scale.spec?.replicas ?? 1 } });
    return;
  }
  const schema = SCHEMA;
  const patching = exchange.method === 'PATCH';
  const type = patching ? patchTypeOf(exchange.headers['content-type']) : undefined;
  const options =
    type === undefined
      ? readWriteOptions(exchange.query, 'UpdateOptions')
      : readPatchOptions(exchange.query, type === 'application/apply-patch+yaml');
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const { warn } = write.context;
  let wishedFor: (current: Scale) => Scale;
  if (type === undefined) {
    const given = decodeObject(await readBody(exchange, SCALE.kind), SCALE, schema, options, warn) as Scale;
    wishedFor = () => given;
  } else {
    const { fieldValidation } = options;
    const patch = readPatch(type, await exchange.body(), { ...SCALE, schema }, { fieldValidation, warn });
    wishedFor = (current) => patch.apply(current);
  }
  let before: KubeObject | undefined;
  const updated = updateObject(write, exchange.info.name, undefined, (workload) => {
    before = structuredClone(workload);
    const scale = wishedFor(scaleOf(workload));
    checkName(scale, exchange.info.name);
    checkScale(scale, workload, resource);
    workload['spec'] = { ...(workload['spec'] as object), replicas: scale.spec?.replicas ?? 0 };
    return workload;
  });
  noteWriter(exchange, api, resource, options, before, updated);
  exchange.json(200, scaleOf(updated));
}

function checkScale({ metadata, spec }: Scale, workload: KubeObject, resource: Resource): void {
  const name = workload.metadata.name ?? '';
  const { resourceVersion = '' } = metadata;
  if (resourceVersion !== '' && resourceVersion !== workload.metadata.resourceVersion) {
    throw conflict(resource, name);
  }
  const replicas = spec?.replicas ?? 0;
  if (replicas >= 0) return;
  throw invalidObject(SCALE.group, SCALE.kind, name, [
    invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
  ]);
}

/** The Scale of a workload. */
function scaleOf({ metadata, spec, status }: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { replicas, selector } = (spec ?? {}) as { replicas?: number; selector?: LabelSelector };
  const wished = replicas ?? 0;
  return {
    kind: SCALE.kind,
    apiVersion: SCALE.apiVersion,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: wished === 0 ? {} : { replicas: wished },
    status: {
      replicas: (status as { replicas?: number } | undefined)?.replicas ?? 0,
      selector: selector === undefined ? '' : formatSelector(labelSelector(selector)),
    },
  };
}

/** A ReplicationController's selector is a map of labels. */
function labelSelector(selector: LabelSelector): LabelSelector {
  if ('matchLabels' in selector || 'matchExpressions' in selector) return selector;
  return { matchLabels: selector as Record<string, string> };
}
