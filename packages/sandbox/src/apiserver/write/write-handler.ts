import type { ApiContext } from '../api-context.ts';
import { serveDelete, serveDeleteCollection } from './delete-handler.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { Exchange } from '../exchange.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { readPatchOptions, readWriteOptions } from '../options.ts';
import { patchTypeOf, readPatch } from '../patch/apply-patch.ts';
import { isTrue } from '../routing/request-info.ts';
import { createObject } from './create.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { readBody } from '../codecs/read-body.ts';
import { noEffectWarning } from './no-effect.ts';
import { checkName, updateObject } from './update.ts';
import { beginWrite, noteWriter, sendObject } from './write-exchange.ts';
import type { KubeObject } from '../../machinery/objects.ts';

/** Handles create, update, patch, delete and deletecollection of a resource itself. */
export async function serveWrite(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  verb: string,
): Promise<void> {
  const warning = verb.startsWith('delete') ? undefined : noEffectWarning(resource);
  if (warning !== undefined) exchange.warn(warning);
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
  noteWriter(exchange, api, resource, options, undefined, created);
  sendObject(exchange, api, resource, 201, created);
}

/** PUT of a resource, or of a subresource that accepts the complete object. */
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
  let before: KubeObject | undefined;
  const replace = (current: KubeObject): KubeObject => {
    before = current;
    return given;
  };
  const updated = updateObject(write, exchange.info.name, subresource, replace, true);
  noteWriter(exchange, api, resource, options, before, updated);
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
    const created = createObject(write, given);
    const { uid = '' } = created.metadata;
    if (!options.dryRun) {
      api.applyManagers.record(uid, options.fieldManager, patch.configuration(), undefined);
    }
    sendObject(exchange, api, resource, 201, created);
    return;
  }
  let before: KubeObject | undefined;
  const updated = updateObject(write, name, subresource, (current) => {
    before = structuredClone(current);
    return patch.apply(current, {
      managers: api.applyManagers,
      manager: options.fieldManager,
      force: isTrue(exchange.query.get('force')),
      dryRun: options.dryRun,
    });
  });
  if (type !== 'application/apply-patch+yaml') noteWriter(exchange, api, resource, options, before, updated);
  sendObject(exchange, api, resource, 200, updated);
}
