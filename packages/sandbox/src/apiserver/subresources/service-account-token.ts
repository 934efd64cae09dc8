import type { BoundObjectReference, TokenRequestSpec } from 'kubernetes-types/authentication/v1.d.ts';
import { invalid, invalidObject } from '../../machinery/field-errors.ts';
import { structSchema } from '../../resources/schema/parse.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, conflictBecause, notFound } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { negotiate } from '../codecs/negotiate.ts';
import { readWriteOptions } from '../options.ts';
import { encodeAs } from '../read/represent.ts';
import { readNamed } from '../read/read-handler.ts';
import { decodeObject } from '../codecs/decode-body.ts';
import { readBody } from '../codecs/read-body.ts';

const REQUEST = {
  group: 'authentication.k8s.io',
  kind: 'TokenRequest',
  apiVersion: 'authentication.k8s.io/v1',
};
/** Default lifetime in seconds. */
const DEFAULT_LIFE = 3600;
const SHORTEST_LIFE = 600;
const LONGEST_LIFE = 2 ** 32;
/** Kinds that a token can be bound to, and their resources. */
const BINDABLE: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets' };

interface TokenRequest extends KubeObject {
  spec: Partial<TokenRequestSpec>;
}

/** Serves `serviceaccounts/NAME/token` (`kubectl create token`): issues a token, which is not stored. */
export async function serveToken(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const representation = negotiate(exchange.headers.accept);
  const options = readWriteOptions(exchange.query, 'CreateOptions');
  const warn = (text: string): void => exchange.warn(text);
  const body = await readBody(exchange, REQUEST.kind);
  const request = decodeObject(body, REQUEST, structSchema(REQUEST.kind), options, warn) as TokenRequest;
  const account = readNamed(exchange, api, resource);
  const { name = '', namespace = '' } = account.metadata;
  checkName(request, name);
  // Absent values are null after decoding.
  const { expirationSeconds = DEFAULT_LIFE } = request.spec;
  const audiences = request.spec.audiences ?? [];
  const boundObjectRef = request.spec.boundObjectRef ?? undefined;
  checkLife(request, expirationSeconds);
  const bound = boundObjectRef === undefined ? undefined : findBound(api, namespace, boundObjectRef);
  const issued = api.now();
  const token = options.dryRun
    ? ''
    : api.tokens.issue({
        namespace,
        serviceAccount: name,
        serviceAccountUid: account.metadata.uid ?? '',
        audiences,
        expirationSeconds,
        ...(bound === undefined ? {} : { bound }),
      });
  const answer = {
    kind: REQUEST.kind,
    apiVersion: REQUEST.apiVersion,
    metadata: { name, namespace, creationTimestamp: timestamp(issued) },
    spec: {
      audiences: audiences.length === 0 ? [api.tokens.defaultAudience] : audiences,
      expirationSeconds,
      boundObjectRef: boundObjectRef ?? null,
    },
    status: { token, expirationTimestamp: timestamp(new Date(issued.getTime() + expirationSeconds * 1000)) },
  };
  const { contentType, body: encoded } = encodeAs(answer, representation);
  exchange.send(201, encoded, { 'content-type': contentType });
}

/** A request may omit the account's name, but not contain another. */
function checkName({ metadata }: TokenRequest, name: string): void {
  if ((metadata.name ?? '') !== '' && metadata.name !== name) {
    throw badRequest(
      `name in URL (${name}) does not match name in TokenRequest object (${metadata.name ?? ''})`,
    );
  }
}

function checkLife(request: TokenRequest, seconds: number): void {
  const path = 'spec.expirationSeconds';
  const problem =
    seconds < SHORTEST_LIFE
      ? 'may not specify a duration less than 10 minutes'
      : seconds > LONGEST_LIFE
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (problem === undefined) return;
  const { name = '' } = request.metadata;
  throw invalidObject(REQUEST.group, REQUEST.kind, name, [invalid(path, seconds, problem)]);
}

/** The object that the token is bound to. */
function findBound(
  api: ApiContext,
  namespace: string,
  { kind = '', apiVersion = '', name = '', uid = '' }: BoundObjectReference,
): { kind: string; name: string; uid: string } {
  const plural = BINDABLE[kind];
  if (plural === undefined || apiVersion !== 'v1') {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const found = api.store.get(plural, namespace, name);
  if (found === undefined) throw notFound({ plural, group: '' }, name);
  const own = found.metadata.uid ?? '';
  if (uid !== '' && uid !== own) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflictBecause({ plural, group: '' }, name, why);
  }
  return { kind, name, uid: own };
}
