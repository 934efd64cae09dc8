import type { KubeObject } from '../store/types.ts';
import type { ApiContext } from './api-context.ts';
import type { Resource } from './discovery/resource-table.ts';
import { notFound } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { representObject, sendAs } from './read/represent.ts';
import type { RepresentContext } from './read/represent-context.ts';
import { readTableOptions } from './read/table.ts';

export function representContext(exchange: Exchange, api: ApiContext, resource: Resource): RepresentContext {
  return {
    resource,
    rules: api.rules,
    representation: negotiate(exchange.headers.accept),
    tableOptions: readTableOptions(exchange.query),
  };
}

export function namespaceOf({ info }: Exchange, resource: Resource): string | undefined {
  return resource.namespaced && info.namespace !== '' ? info.namespace : undefined;
}

/** The object that the path names; 404 where it is not. */
export function readNamed(exchange: Exchange, api: ApiContext, resource: Resource): KubeObject {
  const { name } = exchange.info;
  const found = api.store.get(resource.key, namespaceOf(exchange, resource), name);
  if (found === undefined) throw notFound(resource, name);
  return found;
}

export function serveGet(exchange: Exchange, api: ApiContext, resource: Resource): void {
  const asked = representContext(exchange, api, resource);
  // Subresources know no other form than the object itself.
  const { mediaType } = asked.representation;
  const context = exchange.info.subresource === '' ? asked : { ...asked, representation: { mediaType } };
  const object = readNamed(exchange, api, resource);
  sendAs(exchange, 200, representObject(object, context), context.representation);
}
