import { notSupported } from '../resources/field-errors.ts';
import type { KubeObject } from '../store/types.ts';
import type { ApiContext } from './api-context.ts';
import type { Resource } from './discovery/resource-table.ts';
import { fieldReaders } from './events-conversion.ts';
import type { Exchange } from './exchange.ts';
import { listKind, untyped } from './kinds.ts';
import { negotiate } from './negotiate.ts';
import { dryRunErrors, readInteger, readListOptions, refuse } from './options.ts';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from './protobuf/index.ts';
import { listObjects, readSelection } from './read/list.ts';
import { goJsonError } from './write/go-json-error.ts';
import { type Deletion, deleteObject, type DeleteOptions } from './write/delete.ts';
import { StatusError } from './status-error.ts';
import { beginWrite, sendObject } from './write-exchange.ts';

/** Resources whose DELETE answers the object; all others answer a Status. */
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
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const { object, gone } = deleteObject(write, exchange.info.name, options);
  if (!gone || RETURNS_DELETED.has(resource.key)) {
    sendObject(exchange, api, resource, 200, object);
    return;
  }
  exchange.json(200, deletedStatus(resource, object));
}

/** DELETE of all objects that the selectors choose. */
export async function serveDeleteCollection(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
): Promise<void> {
  const options = await readDeleteOptions(exchange);
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

const PROPAGATION_POLICIES = ['Foreground', 'Background', 'Orphan'];

/** The options of a delete: those of its body; those of its query only where it has none. */
export async function readDeleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const bytes = await exchange.body();
  const given =
    bytes.length === 0 ? queryOptions(exchange.query) : parseOptions(bytes, exchange.headers['content-type']);
  const { dryRun = [], gracePeriodSeconds: grace, propagationPolicy, preconditions } = given;
  const errors = dryRunErrors(dryRun);
  if (propagationPolicy !== undefined && !PROPAGATION_POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...PROPAGATION_POLICIES, 'nil']));
  }
  refuse('DeleteOptions', errors);
  return {
    dryRun: dryRun.length > 0,
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

interface DeleteBody {
  dryRun?: string[];
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

function queryOptions(query: URLSearchParams): DeleteBody {
  const grace = readInteger(query.get('gracePeriodSeconds'));
  const policy = query.get('propagationPolicy');
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
  };
}

function parseOptions(bytes: Buffer, contentType: string | undefined): DeleteBody {
  if (contentType === PROTOBUF_MEDIA_TYPE) return decodeProtobuf(bytes);
  const text = bytes.toString('utf8');
  const problem = goJsonError(text);
  // A real server answers this one mistake as its own.
  if (problem !== undefined) {
    throw new StatusError(500, '', `couldn't get version/kind; json parse error: ${problem}`);
  }
  return JSON.parse(text) as DeleteBody;
}
