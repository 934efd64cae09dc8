import type { FieldError } from './status-error.ts';
import type { KubeObject } from './objects.ts';
import { child, forbidden, index, invalid, required, tooLong } from './field-errors.ts';
import { dns1123Label, labelValue, qualifiedName } from './names.ts';

/** 256 KiB, of keys and values together. */
const ANNOTATIONS_LENGTH = 262_144;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Validates the name of an object of one kind; returns error messages. */
export type NameCheck = (name: string) => string[];

/** Validates the metadata of a new object. */
export function validateObjectMeta(
  object: KubeObject,
  namespaced: boolean,
  checkName: NameCheck,
): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  const { generateName, name, namespace } = metadata;
  if (generateName !== undefined && generateName !== '') {
    // A trailing dash is valid here, because a suffix is appended.
    const masked = generateName.length > 1 ? generateName.replace(/-$/, 'a') : generateName;
    errors.push(
      ...checkName(masked).map((message) => invalid('metadata.generateName', generateName, message)),
    );
  }
  if (name === undefined || name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'));
  } else {
    errors.push(...checkName(name).map((message) => invalid('metadata.name', name, message)));
  }
  if (namespaced) {
    if (namespace === undefined || namespace === '') errors.push(required('metadata.namespace'));
    else {
      errors.push(
        ...dns1123Label(namespace).map((message) => invalid('metadata.namespace', namespace, message)),
      );
    }
  } else if (namespace !== undefined && namespace !== '') {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  }
  errors.push(...validateMetaFields(object));
  return errors;
}

/** Validation that applies to both create and update. */
function validateMetaFields(object: KubeObject): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if ((metadata.generation ?? 0) < 0) {
    errors.push(invalid('metadata.generation', metadata.generation, 'must be greater than or equal to 0'));
  }
  errors.push(...validateLabels(metadata.labels ?? {}, 'metadata.labels'));
  errors.push(...validateAnnotations(metadata.annotations ?? {}, 'metadata.annotations'));
  errors.push(...validateOwnerReferences(object));
  for (const [position, finalizer] of (metadata.finalizers ?? []).entries()) {
    const path = 'metadata.finalizers';
    const messages = qualifiedName(finalizer);
    errors.push(...messages.map((message) => invalid(path, finalizer, message)));
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) {
      const detail = 'name is neither a standard finalizer name nor is it fully qualified';
      errors.push(invalid(index(path, position), finalizer, detail));
    }
  }
  return errors;
}

/** Validates the labels of an object, or a node selector. */
export function validateLabels(labels: Readonly<Record<string, string>>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(labels)) {
    errors.push(...qualifiedName(name).map((message) => invalid(path, name, message)));
    errors.push(...labelValue(value).map((message) => invalid(path, value, message)));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  let length = 0;
  for (const [name, value] of Object.entries(annotations)) {
    // Only the prefix has to be lower case, but the real server lowers the complete key as well.
    errors.push(...qualifiedName(name.toLowerCase()).map((message) => invalid(path, name, message)));
    length += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (length > ANNOTATIONS_LENGTH) errors.push(tooLong(path, ANNOTATIONS_LENGTH));
  return errors;
}

function validateOwnerReferences(object: KubeObject): FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  const controllers: string[] = [];
  for (const owner of object.metadata.ownerReferences ?? []) {
    if (owner.apiVersion === '' || owner.apiVersion.endsWith('/')) {
      errors.push(invalid(child(path, 'apiVersion'), owner.apiVersion, 'version must not be empty'));
    }
    if (owner.kind === '') errors.push(invalid(child(path, 'kind'), owner.kind, 'must not be empty'));
    if (owner.name === '') errors.push(invalid(child(path, 'name'), owner.name, 'must not be empty'));
    if (owner.uid === '') errors.push(invalid(child(path, 'uid'), owner.uid, 'must not be empty'));
    if (owner.kind === 'Event' && ['v1', 'events.k8s.io/v1'].includes(owner.apiVersion)) {
      errors.push(invalid(path, owner, `${owner.apiVersion}, Kind=Event is disallowed from being an owner`));
    }
    if (owner.controller === true) controllers.push(owner.name);
  }
  for (const other of controllers.slice(1)) {
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${other}`;
    errors.push(invalid(path, object.metadata.ownerReferences, detail));
  }
  return errors;
}

const IMMUTABLE = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Validates a change of metadata. */
export function validateObjectMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata } = object;
  if (old.metadata.deletionTimestamp !== undefined) {
    const known = new Set(old.metadata.finalizers ?? []);
    const added = (metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const shown = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`;
      errors.push(forbidden('metadata.finalizers', detail));
    }
  }
  if ((metadata.generation ?? 0) < (old.metadata.generation ?? 0)) {
    errors.push(invalid('metadata.generation', metadata.generation ?? 0, 'must not be decremented'));
  }
  for (const name of IMMUTABLE) {
    if (metadata[name] !== old.metadata[name]) {
      errors.push(invalid(`metadata.${name}`, metadata[name], 'field is immutable'));
    }
  }
  return [...errors, ...validateMetaFields(object)];
}
