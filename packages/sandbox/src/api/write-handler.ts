import type { ApiContext } from './api-context.ts';
import { serveDelete, serveDeleteCollection } from './delete-handler.ts';
import type { Resource } from './discovery/resource-table.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { readPatchOptions, readWriteOptions } from './options.ts';
import { patchTypeOf, readPatch } from './patch/apply-patch.ts';
import { createObject } from './write/create.ts';
import { decodeObject } from './write/decode-body.ts';
import { readBody } from './write/read-body.ts';
import { checkName, updateObject } from './write/update.ts';
import { beginWrite, sendObject } from './write-exchange.ts';

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
  const type = patchTypeOf(exchange.headers['content-type']);
  negotiate(exchange.headers.accept);
  const options = readPatchOptions(exchange.query, type === 'application/apply-patch+yaml');
  const write = beginWrite(exchange, api, resource, options.dryRun);
  const patch = readPatch(
    type,
    await exchange.body(),
    { ...resource, schema: write.rules?.schema },
    { fieldValidation: options.fieldValidation, warn: write.context.warn },
  );
  const { name } = exchange.info;
  const exists = api.store.get(resource.key, write.namespace, name) !== undefined;
  if (type === 'application/apply-patch+yaml' && !exists && subresource === undefined) {
    const given = patch.create();
    checkName(given, name);
    sendObject(exchange, api, resource, 201, createObject(write, given));
    return;
  }
  const updated = updateObject(write, name, subresource, (current) => patch.apply(current));
  sendObject(exchange, api, resource, 200, updated);
}
