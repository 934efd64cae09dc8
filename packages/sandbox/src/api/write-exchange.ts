import type { KubeObject } from '../store/types.ts';
import type { ApiContext } from './api-context.ts';
import type { Resource } from './discovery/resource-table.ts';
import type { Exchange } from './exchange.ts';
import { typed } from './kinds.ts';
import { negotiate } from './negotiate.ts';
import { representObject, sendAs } from './read/represent.ts';
import { readTableOptions } from './read/table.ts';
import type { Write } from './write/context.ts';

/** A write on behalf of a request. */
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
    tableOptions: readTableOptions(exchange.query, representation),
  };
  const value = representation.as === undefined ? typed(resource, object) : representObject(object, context);
  sendAs(exchange, status, value, representation);
}
