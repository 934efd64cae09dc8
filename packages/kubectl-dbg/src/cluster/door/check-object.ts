import { safeParse } from 'valibot';
import { pathOfIssue } from '../../base/path-of-issue.ts';
import { sanitiseShort } from '../../base/sanitise.ts';
import { DbgError } from '../../model/failure.ts';
import { describeCall } from '../describe-call.ts';
import type { ApiRequest, Query } from '../types.ts';
import { normalise } from './normalise.ts';
import { findKind, type Kind, LIST, REVIEW } from './kinds.ts';

/**
 * Validates the response to a request when it is received: the used fields of an object have the types of the API, and it
 * is the requested object. Null fields are removed, because null means absent. Unused responses are not checked. Throws
 * DbgError `protocol`.
 */
export function checkAnswer(request: ApiRequest, answer: unknown, server: string): void {
  const call = describeCall(request.method, request.path);
  if (call === undefined) return;
  if (request.method === 'DELETE') {
    checkDeletion(answer, call.name, server);
    return;
  }
  if (call.subresource !== undefined && call.subresource !== 'ephemeralcontainers') return;
  normalise(answer);
  if (call.group === 'authorization.k8s.io' || call.group === 'authentication.k8s.io') {
    checkObject({ words: `a review of access`, schema: REVIEW }, answer, server, '');
    return;
  }
  const kind = findKind(call.group, call.resource);
  if (request.method === 'GET' && call.name === undefined) {
    checkObject({ words: `a list of ${sanitiseShort(call.resource, 60)}`, schema: LIST }, answer, server, '');
    // Without items, as Go may write an empty list.
    const list = answer as { items?: unknown[] };
    list.items ??= [];
    for (const [index, item] of list.items.entries()) checkObject(kind, item, server, `items[${index}]`);
    return;
  }
  checkObject(kind, answer, server, '');
  const sent = (request.body as Identified | undefined)?.metadata;
  // A created object may have a name that the server has generated.
  checkIdentity(answer, { name: call.name ?? sent?.name, namespace: call.namespace }, server);
  // A created object gets its uid from the server, whatever was sent.
  if (request.method !== 'POST') checkUid(answer, sent?.uid, server);
}

/**
 * Validates the object of an event for the collection at `path`; with a field selector for one name (`metadata.name=`),
 * also that name. Throws DbgError `protocol`.
 */
export function checkEvent(path: string, query: Query, object: unknown, server: string): void {
  const call = describeCall('GET', path);
  if (call === undefined) return;
  normalise(object);
  checkObject(findKind(call.group, call.resource), object, server, '');
  checkIdentity(object, { name: selectedName(query), namespace: call.namespace }, server);
}

/** The response to a deletion is the object, or a Status; to that of a collection, the list. */
function checkDeletion(answer: unknown, name: string | undefined, server: string): void {
  const { status, metadata, items } = (answer ?? {}) as {
    status?: unknown;
    metadata?: { name?: unknown } | null;
    items?: unknown;
  };
  if (status === 'Success') return;
  if (name === undefined ? Array.isArray(items) : metadata?.name === name) return;
  throw new DbgError(
    'protocol',
    'AnswerMalformed',
    `the server ${server} answered a deletion with something that is neither the object nor a Status`,
    { server },
  );
}

interface Identified {
  metadata?: { name?: string; namespace?: string; uid?: string };
}

/** The name in a `fieldSelector` for one object. */
export function selectedName(query: Query): string | undefined {
  const selector = query['fieldSelector'];
  return typeof selector === 'string' ? /(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1] : undefined;
}

function checkIdentity(
  object: unknown,
  wanted: { name: string | undefined; namespace: string | undefined },
  server: string,
): void {
  const { metadata } = object as { metadata: { name?: string; namespace?: string } };
  const nameDiffers = wanted.name !== undefined && metadata.name !== wanted.name;
  const namespaceDiffers =
    wanted.namespace !== undefined &&
    metadata.namespace !== undefined &&
    metadata.namespace !== wanted.namespace;
  if (!nameDiffers && !namespaceDiffers) return;
  throw new DbgError(
    'protocol',
    'AnswerMalformed',
    `the server ${server} answered with ${address(metadata)} instead of ${address(wanted)}`,
    { server },
  );
}

/** A write with a uid is refused if another object has the name by now: a response never has another uid. */
function checkUid(object: unknown, sent: string | undefined, server: string): void {
  const { metadata } = object as Identified;
  if (sent === undefined || metadata?.uid === sent) return;
  throw new DbgError(
    'protocol',
    'AnswerMalformed',
    `the server ${server} answered with another ${address(metadata ?? {})} than the one that was written: its uid is ${sanitiseShort(`"${metadata?.uid ?? ''}"`, 60)} instead of ${sanitiseShort(`"${sent}"`, 60)}`,
    { server },
  );
}

function address({ name, namespace }: { name?: string | undefined; namespace?: string | undefined }): string {
  return sanitiseShort(`"${namespace === undefined ? '' : `${namespace}/`}${name ?? ''}"`, 200);
}

function checkObject(
  { words, kind, schema, complete }: Kind,
  value: unknown,
  server: string,
  at: string,
): void {
  const result = safeParse(schema, value, { abortEarly: true });
  const isOfKind = (object: unknown) =>
    kind === undefined || ((object as { kind?: unknown }).kind ?? kind) === kind;
  if (result.success && isOfKind(value)) {
    complete?.(value);
    return;
  }
  const path = result.success ? '.kind' : pathOfIssue(result.issues[0]);
  const field = `${at}${path}`.replace(/^\./, '');
  const place = field === '' ? '' : ` (${sanitiseShort(field, 200)})`;
  throw new DbgError(
    'protocol',
    'AnswerMalformed',
    `the server ${server} answered with something that is not ${words}${place}`,
    { server },
  );
}
