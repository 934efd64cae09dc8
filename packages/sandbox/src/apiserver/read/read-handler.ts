import type { KubeObject } from '../../machinery/objects.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { notFound, tooLargeResourceVersion } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { representObject, sendAs } from './represent.ts';
import type { RepresentContext } from './represent-context.ts';
import { readTableOptions } from './table.ts';
import { parseVersion } from '../write/check-version.ts';

export function representContext(exchange: Exchange, api: ApiContext, resource: Resource): RepresentContext {
  const representation = negotiate(exchange.headers.accept);
  const tableOptions = readTableOptions(exchange.query, representation);
  return { resource, rules: api.rules, representation, tableOptions };
}

export function namespaceOf({ info }: Exchange, resource: Resource): string | undefined {
  return resource.namespaced && info.namespace !== '' ? info.namespace : undefined;
}

/** The object of the path; throws 404 if it does not exist. */
export function readNamed(exchange: Exchange, api: ApiContext, resource: Resource): KubeObject {
  const { name } = exchange.info;
  const found = api.store.get(resource.key, namespaceOf(exchange, resource), name);
  if (found === undefined) throw notFound(resource, name);
  return found;
}

/** The server must have reached the resourceVersion of a get. */
function checkVersion(asked: string, current: number): void {
  const version = parseVersion(asked);
  if (version > current) throw tooLargeResourceVersion(version, current);
}

export function serveGet(exchange: Exchange, api: ApiContext, resource: Resource): void {
  const asked = representContext(exchange, api, resource);
  // Subresources do not support Table and PartialObjectMetadata.
  const { mediaType } = asked.representation;
  const context = exchange.info.subresource === '' ? asked : { ...asked, representation: { mediaType } };
  const object = readNamed(exchange, api, resource);
  checkVersion(exchange.query.get('resourceVersion') ?? '', api.store.resourceVersion);
  sendAs(exchange, 200, representObject(object, context), context.representation);
}
