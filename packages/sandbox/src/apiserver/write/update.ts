import { mutate, validate } from '../../admission/plugins.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { badRequest, conflictBecause, notFound } from '../../machinery/errors.ts';
import { checkUpdateVersion } from './check-version.ts';
import { addWarnings, refuseInvalid, type Write } from './context.ts';
import { placeInNamespace } from './create.ts';

/** Returns the new object. Gets a deep copy of the current one, which it may change and return. */
export type Change = (current: KubeObject) => KubeObject;

/**
 * Updates one object, by PUT or PATCH of the resource itself or of a subresource.
 * Throws NotFound, Conflict for a stale resourceVersion, Invalid, and the errors of admission.
 */
export function updateObject(
  write: Write,
  name: string,
  subresource: string | undefined,
  change: Change,
  checkUid = false,
): KubeObject {
  const { store, resource, context } = write;
  const old = store.get(resource.key, write.namespace, name);
  if (old === undefined) throw notFound(resource, name);
  const object = change(structuredClone(old));
  checkIdentity(write, object, old, checkUid);
  prepare(write, object, old, subresource);
  if (context.dryRun) return object;
  // After its last finalizer is removed, a deleted object is removed in its old state.
  if (isReleased(object)) {
    store.remove(resource.key, write.namespace, name);
    return object;
  }
  const stored = store.update<KubeObject>(resource.key, write.namespace, name, (draft) =>
    replace(draft, object),
  );
  if (stored === undefined) throw notFound(resource, name);
  return stored;
}

function checkIdentity(write: Write, object: KubeObject, old: KubeObject, checkUid: boolean): void {
  const { resource } = write;
  const { metadata } = object;
  const name = old.metadata.name ?? '';
  placeInNamespace(write, object);
  checkName(object, name);
  if (checkUid && metadata.uid !== undefined && metadata.uid !== '' && metadata.uid !== old.metadata.uid) {
    throw conflictBecause(
      resource,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
    );
  }
  checkUpdateVersion(write, object, old);
}

/** The object must have the name in the URL. */
export function checkName({ metadata: { name = '' } }: KubeObject, asked: string): void {
  if (name === '') {
    throw badRequest(
      `the name of the object (${asked} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name === asked) return;
  throw badRequest(`the name of the object (${name}) does not match the name on the URL (${asked})`);
}

function prepare(write: Write, object: KubeObject, old: KubeObject, subresource: string | undefined): void {
  const { resource, rules, context } = write;
  keepServerMetadata(object, old);
  rules?.default(object);
  const attributes = { resource: resource.key, object, old, subresource, context };
  if (rules !== undefined) mutate(attributes);
  rules?.prepareForUpdate?.(object, old, context, subresource);
  refuseInvalid(write, object, rules?.validateUpdate(object, old, subresource) ?? []);
  addWarnings(write, object, old);
  if (rules !== undefined) validate(attributes);
  write.admission?.(object.metadata.name ?? '');
  Object.assign(object.metadata, { resourceVersion: old.metadata.resourceVersion });
}

/** Restores the metadata that clients can't change: creation, deletion, generation. */
function keepServerMetadata(object: KubeObject, old: KubeObject): void {
  const metadata = object.metadata as Record<string, unknown>;
  const former = old.metadata as Record<string, unknown>;
  const kept = [
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'selfLink',
  ];
  for (const field of kept) {
    if (former[field] === undefined) delete metadata[field];
    else metadata[field] = former[field];
  }
  metadata['uid'] ??= former['uid'];
  if (metadata['uid'] === '') metadata['uid'] = former['uid'];
  delete metadata['managedFields'];
}

export function replace(draft: KubeObject, object: KubeObject): void {
  for (const field of Object.keys(draft)) delete draft[field];
  Object.assign(draft, object);
}

function isReleased({ metadata, spec }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  const namespaceFinalizers = (spec as { finalizers?: unknown[] } | undefined)?.finalizers ?? [];
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0 && namespaceFinalizers.length === 0;
}
