import type { KubeObject } from '../../machinery/objects.ts';
import type { ApiContext } from '../api-context.ts';
import { readDeleteOptions } from './delete-options.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { fieldReaders } from '../read/events-conversion.ts';
import type { Exchange } from '../exchange.ts';
import { listKind, untyped } from '../kinds.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { readListOptions } from '../options.ts';
import { listObjects, readSelection } from '../read/list.ts';
import { type Deletion, deleteObject, type DeleteOptions } from './delete.ts';
import { beginWrite, sendObject } from './write-exchange.ts';

/** Resources whose DELETE returns the object; all others return a Status. */
const RETURNS_DELETED = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'podtemplates',
  'resourcequotas',
]);

/** DELETE of one object. */
export async function serveDelete(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  negotiate(exchange.headers.accept);
  const options = await readDeleteOptions(exchange);
  warnOfOrphans(exchange, resource, options);
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const { object, gone } = deleteObject(write, exchange.info.name, options);
  if (!gone || RETURNS_DELETED.has(resource.key)) {
    sendObject(exchange, api, resource, 200, object);
    return;
  }
  exchange.json(200, deletedStatus(resource, object));
}

/** DELETE of all objects that the selectors match. */
export async function serveDeleteCollection(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
): Promise<void> {
  const options = await readDeleteOptions(exchange);
  warnOfOrphans(exchange, resource, options);
  const listOptions = readListOptions(exchange.query, false);
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const selects = readSelection(listOptions, fieldReaders(resource, write.rules?.fieldSelectors ?? {}));
  const namespace = resource.namespaced ? write.namespace : undefined;
  const page = listObjects(api.store, resource, namespace, listOptions, selects);
  for (const { metadata } of page.items) {
    deleteObject(write, metadata.name ?? '', options) satisfies Deletion;
  }
  exchange.json(200, {
    kind: listKind(resource),
    apiVersion: resource.apiVersion,
    metadata: { resourceVersion: String(api.store.resourceVersion) },
    items: page.items.map((object) => untyped(resource, object)),
  });
}

/** By default, a deleted Job orphans its pods, which few users expect. */
function warnOfOrphans(exchange: Exchange, resource: Resource, { propagationPolicy }: DeleteOptions): void {
  if (resource.key !== 'jobs.batch' || propagationPolicy !== undefined) return;
  exchange.warn(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  );
}

function deletedStatus(resource: Resource, { metadata }: KubeObject): Record<string, unknown> {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: metadata.uid,
    },
  };
}
