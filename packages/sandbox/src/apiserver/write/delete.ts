import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { conflictBecause, forbidden, notFound } from '../../machinery/errors.ts';
import type { Write } from './context.ts';

/** The options of a delete, from its body and its query. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  propagationPolicy?: string;
  dryRun: boolean;
}

interface PodShape {
  spec?: { nodeName?: string; terminationGracePeriodSeconds?: number };
  status?: { phase?: string };
}

export interface Deletion {
  object: KubeObject;
  /** Whether the object was removed; otherwise it is being deleted. */
  gone: boolean;
}

/** The default grace period of a pod; a negative one becomes 1. */
const DEFAULT_POD_GRACE_SECONDS = 30;

const PROPAGATION_FINALIZERS: Readonly<Record<string, string>> = {
  Orphan: 'orphan',
  Foreground: 'foregroundDeletion',
};

/** Namespaces that cannot be deleted. */
const PROTECTED_NAMESPACES: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/**
 * Deletes one object: at once, after the grace period of a pod on a node, or after its finalizers are removed.
 * Throws NotFound, and Conflict for preconditions that are not met.
 */
export function deleteObject(write: Write, name: string, options: DeleteOptions): Deletion {
  const { store, resource } = write;
  if (resource.key === 'namespaces' && PROTECTED_NAMESPACES.has(name)) {
    throw forbidden(resource, name, 'this namespace may not be deleted');
  }
  const old = store.get(resource.key, write.namespace, name);
  if (old === undefined) throw notFound(resource, name);
  checkPreconditions(write, old, options);
  write.admission?.(name);
  const object = structuredClone(old);
  const changed = markForDeletion(write, object, options);
  const waits = isHeld(object);
  if (options.dryRun) return { object, gone: !waits };
  if (changed)
    store.update<KubeObject>(resource.key, write.namespace, name, (draft) => Object.assign(draft, object));
  if (waits) return { object: store.get(resource.key, write.namespace, name) ?? object, gone: false };
  const last = store.remove(resource.key, write.namespace, name);
  return { object: last ?? object, gone: true };
}

export function checkPreconditions(
  { resource }: Write,
  old: KubeObject,
  { preconditions }: Pick<Partial<DeleteOptions>, 'preconditions'>,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const name = old.metadata.name ?? '';
  // This message contains the kind, other conflicts the resource.
  const kind = { plural: resource.kind, group: resource.group };
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    throw conflictBecause(
      kind,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid ?? ''}). The object might have been deleted and then recreated`,
    );
  }
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== old.metadata.resourceVersion
  ) {
    throw conflictBecause(
      kind,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion ?? ''}). The object might have been modified`,
    );
  }
}

/** Sets the deletion metadata of the object; false if it already has it, or needs none. */
function markForDeletion(write: Write, object: KubeObject, options: DeleteOptions): boolean {
  setPropagationFinalizer(write, object, options);
  if (write.resource.key === 'pods') return markPod(write, object, options);
  const { metadata } = object;
  if (write.resource.key === 'namespaces') return markNamespace(write, object);
  if ((metadata.finalizers ?? []).length === 0 || metadata.deletionTimestamp !== undefined) return false;
  setDeletion(write, object, 0);
  return true;
}

function markPod(write: Write, pod: KubeObject, options: DeleteOptions): boolean {
  const grace = podGrace(pod, options);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  if (deletionTimestamp === undefined) {
    setDeletion(write, pod, grace);
    return true;
  }
  // A second delete may only shorten the grace period.
  if (options.gracePeriodSeconds === undefined || grace >= deletionGracePeriodSeconds) return false;
  const begun = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  const end = Math.max(begun + grace * 1000, write.context.now().getTime());
  Object.assign(pod.metadata, {
    deletionTimestamp: timestamp(new Date(end)),
    deletionGracePeriodSeconds: grace,
  });
  return true;
}

function podGrace(pod: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  const { spec = {}, status = {} } = pod as unknown as PodShape;
  if ((spec.nodeName ?? '') === '') return 0;
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return 0;
  const grace = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_POD_GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}

function markNamespace(write: Write, namespace: KubeObject): boolean {
  if (namespace.metadata.deletionTimestamp !== undefined) return false;
  Object.assign(namespace.metadata, { deletionTimestamp: timestamp(write.context.now()) });
  namespace['status'] = { ...(namespace['status'] as object | undefined), phase: 'Terminating' };
  return true;
}

function setDeletion(write: Write, { metadata }: KubeObject, grace: number): void {
  const end = new Date(write.context.now().getTime() + grace * 1000);
  const { generation } = metadata;
  Object.assign(metadata, {
    deletionTimestamp: timestamp(end),
    deletionGracePeriodSeconds: grace,
    ...(generation === undefined || generation === 0 ? {} : { generation: generation + 1 }),
  });
}

/** Sets the finalizer of the propagation policy; an explicit policy overrides an earlier one. */
function setPropagationFinalizer(write: Write, { metadata }: KubeObject, options: DeleteOptions): void {
  const before = metadata.finalizers ?? [];
  const policy = options.propagationPolicy ?? earlierPolicy(before) ?? defaultPropagation(write.resource);
  const wanted = PROPAGATION_FINALIZERS[policy];
  const others = before.filter((finalizer) => !Object.values(PROPAGATION_FINALIZERS).includes(finalizer));
  const kept = wanted !== undefined && before.includes(wanted);
  const after = kept ? before.filter((one) => one === wanted || others.includes(one)) : [...others, wanted];
  const finalizers = after.filter((finalizer) => finalizer !== undefined);
  if (finalizers.length > 0 || before.length > 0) metadata.finalizers = finalizers;
}

/** The propagation policy that an object's finalizers express, if any. */
export function earlierPolicy(finalizers: readonly string[]): string | undefined {
  return Object.entries(PROPAGATION_FINALIZERS).find(([, finalizer]) => finalizers.includes(finalizer))?.[0];
}

/** The default propagation policy, which is Orphan for some old kinds. */
function defaultPropagation({ key }: Pick<Resource, 'key'>): 'Background' | 'Orphan' {
  return key === 'jobs.batch' || key === 'replicationcontrollers' ? 'Orphan' : 'Background';
}

/** Whether the object can't be removed yet because of finalizers or a pod's grace period. */
function isHeld({ metadata, kind, spec }: KubeObject): boolean {
  if ((metadata.finalizers ?? []).length > 0) return true;
  const namespaceFinalizers = (spec as { finalizers?: unknown[] } | undefined)?.finalizers ?? [];
  if (kind === 'Namespace' && namespaceFinalizers.length > 0) return true;
  return (metadata.deletionGracePeriodSeconds ?? 0) > 0;
}
