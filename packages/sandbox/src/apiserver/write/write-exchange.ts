import type { KubeObject } from '../../machinery/objects.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { Exchange } from '../exchange.ts';
import { typed } from '../kinds.ts';
import type { WriteOptions } from '../options.ts';
import { updateManager } from '../patch/apply-managers.ts';
import type { JsonObject } from '../patch/element-order.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { representObject, sendAs } from '../read/represent.ts';
import { readTableOptions } from '../read/table.ts';
import type { Write } from './context.ts';
import { noEffectFields } from './no-effect.ts';

/** The write of a request. */
export function beginWrite(exchange: Exchange, api: ApiContext, resource: Resource, dryRun: boolean): Write {
  return {
    store: api.store,
    resource,
    rules: api.rules(resource.key),
    namespace: resource.namespaced ? exchange.info.namespace : '',
    admission: (name) => api.hooks.onAdmission?.(exchange, name),
    context: {
      store: api.store,
      user: exchange.user,
      now: api.now,
      dryRun,
      warn: (text) => exchange.warn(text),
    },
  };
}

/** Responds with a written object in the negotiated representation. */
export function sendObject(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  status: number,
  object: KubeObject,
): void {
  if (exchange.method !== 'DELETE') {
    for (const text of noEffectFields(resource, object)) exchange.warn(text);
  }
  const representation = negotiate(exchange.headers.accept);
  const context = {
    resource,
    rules: api.rules,
    representation,
    tableOptions: readTableOptions(exchange.query, representation),
  };
  const value = representation.as === undefined ? typed(resource, object) : representObject(object, context);
  sendAs(exchange, status, value, representation);
}

/** Records the writer's fields, for conflicts with a later apply. */
export function noteWriter(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  { fieldManager, dryRun }: WriteOptions,
  before: KubeObject | undefined,
  after: KubeObject,
): void {
  if (dryRun) return;
  // The default field manager is the program in the User-Agent.
  const name =
    fieldManager === '' ? (exchange.headers['user-agent']?.split('/')[0] ?? 'unknown') : fieldManager;
  const by = updateManager(name, resource.apiVersion, exchange.info.subresource);
  api.applyManagers.note(after.metadata.uid ?? '', by, before as JsonObject | undefined, after as never);
}
