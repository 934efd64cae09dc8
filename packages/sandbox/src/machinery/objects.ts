import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';

/** Any stored API object: JSON, with the metadata that the store itself maintains. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** A resource's key: its plural and, except for the core group, its group (`pods`, `deployments.apps`). */
export type ResourceKey = string;
