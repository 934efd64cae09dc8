import type { ApiContext } from '../api-context.ts';
import { methodNotAllowed, unknownResource } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { DISCOVERY_TRANSFORMS, negotiate } from '../codecs/negotiate.ts';
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from './answers.ts';
import { openApiIndex } from './openapi.ts';
import { openApiDocument } from './openapi-document.ts';
import { sendAs } from '../read/represent.ts';
import { PRODUCES_OBJECTS, routeAccept } from '../routing/route-match.ts';
import { findGroupVersion } from './resource-table.ts';
import { healthText, rootPaths } from './root.ts';
import { VERSION } from './version.ts';

const VERSION_TYPE = 'application/json';

/** Handles non-resource requests: discovery, version, health. */
export function serveNonResource(exchange: Exchange, api: ApiContext): void {
  const path = exchange.info.path.replace(/(?<=.)\/+$/, '');
  const health = healthText(path, exchange.query.has('verbose'));
  if (health !== undefined) {
    exchange.text(200, health, { 'x-content-type-options': 'nosniff' });
    return;
  }
  const answer = answerFor(path, exchange, api);
  if (answer === undefined) {
    exchange.text(404, '404 page not found\n', { 'x-content-type-options': 'nosniff' });
    return;
  }
  if (exchange.method !== 'GET') throw methodNotAllowed();
  answer();
}

function answerFor(path: string, exchange: Exchange, api: ApiContext): (() => void) | undefined {
  const [, root, group = '', version = '', ...rest] = path.split('/');
  if (path === '' || path === '/') return () => exchange.json(200, rootPaths());
  if (path === '/version') {
    return () => {
      routeAccept(exchange.headers.accept, [VERSION_TYPE]);
      exchange.json(200, VERSION);
    };
  }
  if (path === '/openapi/v3') {
    return () => exchange.text(200, JSON.stringify(openApiIndex()), { 'accept-ranges': 'bytes' });
  }
  if (root === 'openapi') return group === 'v2' ? undefined : openApiAnswer([version, ...rest], exchange);
  if (root === 'api' && version === '') return apiAnswer(group, exchange, api);
  if (root === 'apis' && rest.length === 0) return apisAnswer(group, version, exchange);
  return undefined;
}

/** `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1`. */
function openApiAnswer([root, ...names]: readonly string[], exchange: Exchange): () => void {
  const [group = '', version = ''] = root === 'api' ? ['', ...names] : names;
  const document = root === 'api' || root === 'apis' ? openApiDocument(group, version) : undefined;
  if (document === undefined) return () => exchange.send(404, '', {});
  return () => exchange.send(200, document, { 'content-type': 'application/json', vary: 'Accept' });
}

function apiAnswer(version: string, exchange: Exchange, api: ApiContext): () => void {
  if (version === '') return () => sendDiscovery(exchange, true, () => apiVersions(api.address()));
  return () => sendGroupVersion(exchange, '', version);
}

function apisAnswer(group: string, version: string, exchange: Exchange): (() => void) | undefined {
  if (group === '') return () => sendDiscovery(exchange, false, apiGroupList);
  const found = apiGroup(group);
  if (found === undefined) return undefined;
  return version === ''
    ? () => sendAs(exchange, 200, found, negotiate(exchange.headers.accept))
    : () => sendGroupVersion(exchange, group, version);
}

function sendGroupVersion(exchange: Exchange, group: string, version: string): void {
  const found = findGroupVersion(group, version);
  if (found === undefined) throw unknownResource();
  routeAccept(exchange.headers.accept, PRODUCES_OBJECTS);
  sendAs(exchange, 200, apiResourceList(found), negotiate(exchange.headers.accept));
}

function sendDiscovery(exchange: Exchange, core: boolean, plain: () => object): void {
  // The aggregator serves the list of groups, without the router's checks.
  if (core) routeAccept(exchange.headers.accept, PRODUCES_OBJECTS);
  const representation = negotiate(exchange.headers.accept, DISCOVERY_TRANSFORMS);
  if (representation.as === undefined) {
    sendAs(exchange, 200, plain(), representation);
    return;
  }
  const { document, etag } = aggregatedDiscovery(core);
  if (exchange.headers['if-none-match'] === etag) {
    exchange.send(304, '', { etag });
    return;
  }
  exchange.json(200, document, {
    'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    'cache-control': 'public',
    etag,
    vary: 'Accept',
  });
}
