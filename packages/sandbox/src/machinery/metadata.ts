import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';
import type { KubeObject } from './objects.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Metadata that the server may change. */
export type WritableMeta = Writable<ObjectMeta>;

/** The writable metadata of a draft. */
export function metaOf(object: KubeObject): WritableMeta {
  return object.metadata;
}

/** Restores a metadata field to its old value, which may be absent. */
export function keepMeta(object: KubeObject, old: KubeObject, name: keyof ObjectMeta): void {
  const meta = metaOf(object) as Record<string, unknown>;
  if (old.metadata[name] === undefined) delete meta[name];
  else meta[name] = structuredClone(old.metadata[name]);
}

/** A top-level string field of an object; '' if there is none. */
export function textOf(object: Readonly<Record<string, unknown>>, field: string): string {
  const value = object[field];
  return typeof value === 'string' ? value : '';
}
