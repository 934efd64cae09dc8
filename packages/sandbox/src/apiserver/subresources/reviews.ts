import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { Exchange } from '../exchange.ts';
import { readWriteOptions } from '../options.ts';
import { placeInNamespace } from '../write/create.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { readBody } from '../codecs/read-body.ts';

/** Reviews are created by POST and returned at once; nothing is stored. */
export async function serveReview(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const body = await readBody(exchange, resource.kind);
  const schema = api.rules(resource.key)?.schema;
  const review = decodeObject(body, resource, schema, options, (text) => exchange.warn(text));
  const { namespace } = exchange.info;
  placeInNamespace({ resource, namespace }, review);
  exchange.json(201, api.review(resource.plural, review, exchange.user, namespace));
}
