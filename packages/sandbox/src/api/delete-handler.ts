import { invalid, notSupported } from '../resources/field-errors.ts';
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
import { isTrue } from './request-info.ts';
import { type FieldError, StatusError } from './status-error.ts';
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
  warnOfOrphans(exchange, resource, options);
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

/** A job that goes leaves its pods behind, which few expect. */
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

const PROPAGATION_POLICIES = ['Foreground', 'Background', 'Orphan'];

/** The options of a delete: those of its body; those of its query only where it has none. */
export async function readDeleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const bytes = await exchange.body();
  const given =
    bytes.length === 0 ? queryOptions(exchange.query) : parseOptions(bytes, exchange.headers['content-type']);
  const { dryRun = [], gracePeriodSeconds: grace, preconditions, orphanDependents } = given;
  const errors: FieldError[] = [];
  if (given.propagationPolicy !== undefined && orphanDependents !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', given.propagationPolicy, detail));
  }
  const older = orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  const propagationPolicy = given.propagationPolicy ?? older;
  if (propagationPolicy !== undefined && !PROPAGATION_POLICIES.includes(propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', propagationPolicy, [...PROPAGATION_POLICIES, 'nil']));
  }
  errors.push(...dryRunErrors(dryRun));
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
  /** The older form of the policies Orphan and Background. */
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
}

function queryOptions(query: URLSearchParams): DeleteBody {
  const grace = readInteger(query.get('gracePeriodSeconds'));
  const policy = query.get('propagationPolicy');
  const orphans = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphans === null ? {} : { orphanDependents: isTrue(orphans) }),
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
