import type { ApiContext } from '../api-context.ts';
import { findGroupVersion, findResource, type Resource } from '../discovery/resource-table.ts';
import { methodNotAllowed, unknownResource } from '../../machinery/errors.ts';
import { fieldReaders } from '../read/events-conversion.ts';
import type { Exchange } from '../exchange.ts';
import { checkStreamable } from '../codecs/negotiate.ts';
import { readListOptions } from '../options.ts';
import { serveSubresource } from '../subresources/subresources.ts';
import { patchTypeOf } from '../patch/apply-patch.ts';
import { PRODUCES_LISTS, PRODUCES_OBJECTS, routeAccept } from './route-match.ts';
import { listObjects, readSelection } from '../read/list.ts';
import { representList, sendAs } from '../read/represent.ts';
import { serveWatch } from '../read/watch.ts';
import { isTrue } from './request-info.ts';
import { namespaceOf, representContext, serveGet } from '../read/read-handler.ts';
import { serveReview } from '../subresources/reviews.ts';
import { serveWrite } from '../write/write-handler.ts';

/** Verbs by method, for objects and for collections. */
const ITEM_METHODS: Readonly<Record<string, string>> = {
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const COLLECTION_METHODS: Readonly<Record<string, string>> = {
  GET: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};
const SUBRESOURCE_METHODS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources whose responses are not objects. */
const HAS_OWN_TYPES = new Set(['log', 'attach', 'exec', 'portforward', 'proxy']);

/** Handles a resource request. */
export async function serveResource(exchange: Exchange, api: ApiContext): Promise<void> {
  const { info, method } = exchange;
  const { group, version, resource: plural } = info;
  const resource = findResource(group, version, plural);
  if (findGroupVersion(group, version) === undefined || resource === undefined) throw unknownResource();
  if (info.namespace !== '' && !resource.namespaced && plural !== 'namespaces') throw unknownResource();
  if (info.subresource !== '') {
    await serveSub(exchange, api, resource);
    return;
  }
  const needsName = pathHasName(exchange);
  const verb = (needsName ? ITEM_METHODS : COLLECTION_METHODS)[method];
  if (verb === undefined || !(resource.verbs as readonly string[]).includes(verb)) throw methodNotAllowed();
  if (verb !== 'list' && resource.namespaced && info.namespace === '') throw methodNotAllowed();
  if (info.watchPath && verb !== 'get' && verb !== 'list') throw methodNotAllowed();
  // The router matches the content type of a patch before the Accept header.
  if (verb === 'patch') patchTypeOf(exchange.headers['content-type']);
  routeAccept(exchange.headers.accept, verb === 'list' || info.watchPath ? PRODUCES_LISTS : PRODUCES_OBJECTS);
  if (resource.group === 'authorization.k8s.io' || resource.group === 'authentication.k8s.io') {
    await serveReview(exchange, api, resource);
    return;
  }
  if (verb === 'get' && !info.watchPath) serveGet(exchange, api, resource);
  else if (verb === 'get' || verb === 'list') await serveListOrWatch(exchange, api, resource);
  else await serveWrite(exchange, api, resource, verb);
}

async function serveSub(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const { info, method } = exchange;
  const subresource = resource.subresources.find(({ name }) => name === info.subresource);
  if (subresource === undefined || (resource.namespaced && info.namespace === '')) throw unknownResource();
  const verb = SUBRESOURCE_METHODS[method];
  if (verb === undefined || !(subresource.verbs as readonly string[]).includes(verb))
    throw methodNotAllowed();
  if (!HAS_OWN_TYPES.has(info.subresource)) {
    if (verb === 'patch') patchTypeOf(exchange.headers['content-type']);
    routeAccept(exchange.headers.accept, PRODUCES_OBJECTS);
  }
  await serveSubresource(exchange, api, resource, subresource);
}

/** A list with a field selector on `metadata.name` has a name for authorization, but none in its path. */
function pathHasName({ info }: Exchange): boolean {
  return info.name !== '' && info.verb !== 'list' && (info.verb !== 'watch' || info.watchPath);
}

async function serveListOrWatch(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const { info, query } = exchange;
  const watch = info.watchPath || isTrue(query.get('watch'));
  const context = representContext(exchange, api, resource);
  const options = readListOptions(query, watch);
  const namespace = namespaceOf(exchange, resource);
  if (info.watchPath && info.name !== '') options.fieldSelector = `metadata.name=${info.name}`;
  const selects = readSelection(
    options,
    fieldReaders(resource, api.rules(resource.key)?.fieldSelectors ?? {}),
  );
  if (watch) {
    checkStreamable(context.representation);
    await serveWatch(exchange, {
      store: api.store,
      namespace,
      selects,
      options,
      context,
      stop: api.stopping,
    });
    return;
  }
  const page = listObjects(api.store, resource, namespace, options, selects);
  sendAs(exchange, 200, representList(page, context), context.representation);
}
