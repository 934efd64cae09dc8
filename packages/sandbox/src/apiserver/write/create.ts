import { randomUUID } from 'node:crypto';
import { mutate, validate } from '../../admission/plugins.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { badRequest, forbidden, notFound } from '../../machinery/errors.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { addWarnings, refuseInvalid, type Write } from './context.ts';
import { generateName } from './generate-name.ts';

/** Attempts to generate a unique name. */
const NAME_ATTEMPTS = 8;

/** Creates an object, with the same steps in the same order as a real server. */
export function createObject(write: Write, given: KubeObject): KubeObject {
  const { resource, context, store } = write;
  placeInNamespace(write, given);
  const { name = '', generateName: base = '' } = given.metadata;
  for (let attempt = 1; ; attempt += 1) {
    const object = structuredClone(given);
    if (name === '' && base !== '') object.metadata.name = generateName(base);
    prepare(write, object);
    const clash = store.get(resource.key, write.namespace, object.metadata.name ?? '');
    if (clash === undefined) return context.dryRun ? object : storeNew(write, object);
    if (name !== '' || attempt === NAME_ATTEMPTS) throw alreadyExists(write, clash);
  }
}

function prepare(write: Write, object: KubeObject): void {
  const { resource, rules, context } = write;
  resetMetadata(write, object);
  rules?.default(object);
  checkNamespace(write);
  const attributes = { resource: resource.key, object, old: undefined, subresource: undefined, context };
  if (rules !== undefined) mutate(attributes);
  rules?.prepareForCreate?.(object, context);
  if (rules === undefined) requireName(write, object);
  refuseInvalid(write, object, rules?.validate(object) ?? []);
  addWarnings(write, object);
  if (rules !== undefined) validate(attributes);
  write.admission?.(object.metadata.name ?? '');
}

/** Sets the object's namespace to that of the request; another one is an error. */
export function placeInNamespace(
  { resource, namespace }: Pick<Write, 'resource' | 'namespace'>,
  object: KubeObject,
): void {
  const { metadata } = object;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}

/** Resets the metadata that only the server sets. */
function resetMetadata({ context }: Write, object: KubeObject): void {
  const { metadata } = object;
  const fresh = { uid: randomUUID(), creationTimestamp: timestamp(context.now()) };
  Object.assign(metadata, fresh);
  const dropped = metadata as Record<string, unknown>;
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'managedFields']) {
    delete dropped[field];
  }
}

/** The namespace must exist and not be terminating. */
function checkNamespace({ resource, namespace, store }: Write): void {
  if (!resource.namespaced) return;
  const found = store.get('namespaces', undefined, namespace);
  if (found === undefined) throw notFound({ plural: 'namespaces', group: '' }, namespace);
  const { deletionTimestamp } = found.metadata;
  if (deletionTimestamp === undefined) return;
  const error = forbidden(
    resource,
    '',
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  throw new StatusError(403, 'Forbidden', error.message, {
    ...error.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

function requireName(write: Write, object: KubeObject): void {
  if ((object.metadata.name ?? '') !== '') return;
  refuseInvalid(write, object, [
    {
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    },
  ]);
}

function storeNew({ store, resource }: Write, object: KubeObject): KubeObject {
  const { resourceVersion = '' } = object.metadata;
  if (resourceVersion !== '') {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  return store.create(resource.key, object);
}

function alreadyExists({ resource }: Write, clash: KubeObject): StatusError {
  const name = clash.metadata.name ?? '';
  const qualified = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const dying = clash.metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  return new StatusError(409, 'AlreadyExists', `${dying}${qualified} "${name}" already exists`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
  });
}
