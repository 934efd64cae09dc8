import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { Subresource } from '../discovery/resource-types.ts';
import { unknownResource } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { serveGet } from '../read/read-handler.ts';
import { serveScale } from './scale.ts';
import { serveToken } from './service-account-token.ts';
import { servePatch, serveUpdate } from '../write/write-handler.ts';
import { serveBinding } from './binding.ts';
import { serveEviction } from './eviction.ts';
import { serveLog } from './log.ts';
import { serveStream } from '../streams/streams.ts';

/** Handles a request for a subresource. */
export async function serveSubresource(
  exchange: Exchange,
  api: ApiContext,
  resource: Resource,
  { name, kind }: Subresource,
): Promise<void> {
  if (resource.key === 'pods') {
    switch (name) {
      case 'binding':
        await serveBinding(exchange, api, resource);
        return;
      case 'eviction':
        await serveEviction(exchange, api, resource);
        return;
      case 'log':
        await serveLog(exchange, api, resource);
        return;
      case 'attach':
      case 'exec':
      case 'portforward':
        await serveStream(exchange, api, resource);
        return;
      default:
    }
  }
  if (name === 'token') {
    await serveToken(exchange, api, resource);
    return;
  }
  if (name === 'scale') {
    await serveScale(exchange, api, resource);
    return;
  }
  // All other subresources with the same kind update parts of it: status, ephemeralcontainers, resize, approval.
  if (kind !== resource.kind) throw unknownResource();
  if (exchange.method === 'GET') serveGet(exchange, api, resource);
  else if (exchange.method === 'PUT') await serveUpdate(exchange, api, resource, name);
  else await servePatch(exchange, api, resource, name);
}
