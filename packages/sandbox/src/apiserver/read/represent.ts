import { dump } from 'js-yaml';
import { decode } from '../../resources/schema/decode.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { notAcceptable } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { encodeProtobuf } from '../codecs/protobuf/index.ts';
import { goPackage, listKind, typed, untyped, type RulesLookup } from '../kinds.ts';
import type { Representation } from '../codecs/negotiate.ts';
import { partialMetadata, type RepresentContext } from './represent-context.ts';
import { tableOf } from './table.ts';

export interface ListPage {
  items: readonly KubeObject[];
  resourceVersion: string;
  continueToken?: string;
  remainingItemCount?: number;
}

/** One object in the negotiated representation. */
export function representObject(object: KubeObject, context: RepresentContext): object {
  const { resource, representation } = context;
  switch (representation.as) {
    case 'Table':
      return tableOf([object], { resourceVersion: object.metadata.resourceVersion ?? '' }, context);
    case 'PartialObjectMetadata':
      return partialMetadata(object, representation);
    case 'PartialObjectMetadataList':
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (*${goPackage(resource.group)}.${resource.kind})`,
      );
    default:
      return typed(resource, object);
  }
}

/** A list in the negotiated representation. */
export function representList(page: ListPage, context: RepresentContext): object {
  const { resource, representation } = context;
  const metadata = {
    resourceVersion: page.resourceVersion,
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remainingItemCount === undefined ? {} : { remainingItemCount: page.remainingItemCount }),
  };
  switch (representation.as) {
    case 'Table':
      return tableOf(page.items, metadata, context);
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `${representation.group}/${representation.version}`,
        metadata,
        items: page.items.map((object) => partialMetadata(object, representation)),
      };
    case 'PartialObjectMetadata':
      throw notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (*${goPackage(resource.group)}.${listKind(resource)})`,
      );
    default:
      return {
        kind: listKind(resource),
        apiVersion: resource.apiVersion,
        metadata,
        items: page.items.map((object) => untyped(resource, object)),
      };
  }
}

/** The style of the server's YAML encoder. */
const YAML_STYLE = {
  sortKeys: true,
  noRefs: true,
  lineWidth: -1,
  seqNoIndent: true,
  quoteStyle: 'double',
} as const;

/** Sends a value in the negotiated representation. */
export function sendAs(
  exchange: Exchange,
  status: number,
  value: object,
  representation: Representation,
): void {
  const { contentType, body } = encodeAs(value, representation);
  exchange.send(status, body, { 'content-type': contentType });
}

/**
 * Encodes a value in the negotiated representation. Kinds that are not available as protobuf (discovery, and kinds without
 * effect here) are sent as JSON: clients use the content type.
 */
export function encodeAs(
  value: object,
  { mediaType }: Representation,
): { contentType: string; body: string | Buffer } {
  if (mediaType === 'application/yaml') {
    return { contentType: mediaType, body: dump(JSON.parse(JSON.stringify(value)), YAML_STYLE) };
  }
  const encoded = mediaType === 'application/json' ? undefined : encodeProtobuf(value);
  return encoded === undefined
    ? { contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
    : { contentType: mediaType, body: encoded };
}

/** The zero value of a kind, which bookmarks contain with only a resourceVersion. */
export function zeroObject(rules: RulesLookup, resource: Resource): Record<string, unknown> {
  const schema = rules(resource.key)?.schema;
  if (schema === undefined) return {};
  const {
    metadata: _metadata,
    kind: _kind,
    apiVersion: _apiVersion,
    ...rest
  } = decode(schema, {}, 'json').value;
  return rest;
}
