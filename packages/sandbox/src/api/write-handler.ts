import type { KubeObject } from '../store/types.ts';
import type { ApiContext } from './api-context.ts';
import type { Resource } from './discovery/resource-table.ts';
import { badRequest } from './errors.ts';
import { fieldReaders } from './events-conversion.ts';
import type { Exchange } from './exchange.ts';
import { listKind, typed, untyped } from './kinds.ts';
import { negotiate } from './negotiate.ts';
import { dryRunErrors, readInteger, readListOptions, readWriteOptions, refuse } from './options.ts';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from './protobuf/index.ts';
import { readPatch } from './patch/apply-patch.ts';
import { listObjects, readSelection } from './read/list.ts';
import { representObject, sendAs } from './read/represent.ts';
import { readTableOptions } from './read/table.ts';
import type { Write } from './write/context.ts';
import { createObject } from './write/create.ts';
import { decodeObject, readBody, reportUnknownFields } from './write/decode-body.ts';
import { type Deletion, deleteObject, type DeleteOptions } from './write/delete.ts';
import { updateObject } from './write/update.ts';

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

/** Serves create, update, patch, delete and deletecollection of a resource itself. */
export async function serveWrite(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  verb: string,
): Promise<void> {
  switch (verb) {
    case 'create':
      await serveCreate(exchange, api, resource);
      return;
    case 'update':
      await serveUpdate(exchange, api, resource, undefined);
      return;
    case 'patch':
      await servePatch(exchange, api, resource, undefined);
      return;
    case 'delete':
      await serveDelete(exchange, api, resource);
      return;
    default:
      await serveDeleteCollection(exchange, api, resource);
  }
}

export function beginWrite(exchange: Exchange, api: ApiContext, resource: Resource, dryRun: boolean): Write {
  return {
    store: api.store,
    resource,
    rules: api.rules(resource.key),
    namespace: resource.namespaced ? exchange.info.namespace : '',
    context: {
      store: api.store,
      user: exchange.user,
      now: api.now,
      dryRun,
      warn: (text) => exchange.warn(text),
    },
  };
}

async function serveCreate(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  negotiate(exchange.headers.accept);
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const body = await readBody(exchange, resource.kind);
  const given = decodeObject(body, resource, write.rules?.schema, options, write.context.warn);
  const created = createObject(write, given);
  sendObject(exchange, api, resource, 201, created);
}

/** PUT of a resource or of one of its subresources that take the whole object. */
export async function serveUpdate(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  subresource: string | undefined,
): Promise<void> {
  negotiate(exchange.headers.accept);
  const options = readWriteOptions(exchange.query, 'UpdateOptions');
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const body = await readBody(exchange, resource.kind);
  const given = decodeObject(body, resource, write.rules?.schema, options, write.context.warn);
  const updated = updateObject(write, exchange.info.name, subresource, () => given, true);
  sendObject(exchange, api, resource, 200, updated);
}

/** PATCH of a resource or of one of its subresources. */
export async function servePatch(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  subresource: string | undefined,
): Promise<void> {
  negotiate(exchange.headers.accept);
  const options = readWriteOptions(exchange.query, 'PatchOptions');
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const patch = readPatch(exchange.headers['content-type'], await exchange.body(), write.rules?.schema);
  const { name } = exchange.info;
  const exists = api.store.get(resource.key, write.namespace, name) !== undefined;
  if (patch.type === 'application/apply-patch+yaml' && !exists && subresource === undefined) {
    const given = decodeObject(patch.document, resource, write.rules?.schema, options, write.context.warn);
    sendObject(exchange, api, resource, 201, createObject(write, given));
    return;
  }
  const updated = updateObject(write, name, subresource, (current) => {
    const { object, unknownFields } = patch.apply(current);
    reportUnknownFields(unknownFields, resource, options, write.context.warn);
    return object;
  });
  sendObject(exchange, api, resource, 200, updated);
}

async function serveDelete(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
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

async function serveDeleteCollection(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
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

/** The options of a delete: from its body, else from its query. */
export async function readDeleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const { query } = exchange;
  const bytes = await exchange.body();
  const body = bytes.length === 0 ? {} : parseOptions(bytes, exchange.headers['content-type']);
  const dryRun = [...(body.dryRun ?? []), ...query.getAll('dryRun')];
  refuse('DeleteOptions', dryRunErrors(dryRun));
  const grace = body.gracePeriodSeconds ?? readInteger(query.get('gracePeriodSeconds'));
  const propagationPolicy = body.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
  return {
    dryRun: dryRun.length > 0,
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(body.preconditions === undefined ? {} : { preconditions: body.preconditions }),
  };
}

interface DeleteBody {
  dryRun?: string[];
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

function parseOptions(bytes: Buffer, contentType: string | undefined): DeleteBody {
  const text = bytes.toString('utf8');
  try {
    if (contentType === PROTOBUF_MEDIA_TYPE) return decodeProtobuf(bytes);
    return JSON.parse(text) as DeleteBody;
  } catch {
    throw badRequest(
      `the object provided is unrecognized (must be of type DeleteOptions): couldn't get version/kind; json parse error: invalid character '${text.trimStart()[0] ?? ''}' looking for beginning of value`,
    );
  }
}

/** Answers a written object, in the representation asked for. */
export function sendObject(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  status: number,
  object: KubeObject,
): void {
  const representation = negotiate(exchange.headers.accept);
  const context = {
    resource,
    rules: api.rules,
    representation,
    tableOptions: readTableOptions(exchange.query),
  };
  const value = representation.as === undefined ? typed(resource, object) : representObject(object, context);
  sendAs(exchange, status, value, representation);
}
