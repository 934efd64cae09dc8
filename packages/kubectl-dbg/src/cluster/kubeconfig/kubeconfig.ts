import type { InferOutput } from 'valibot';
import type { clusterSchema, contextSchema, userSchema } from './schemas.ts';

/**
 * The parts of a kubeconfig file that a client needs, unchanged.
 *
 * Source: Kubernetes reference, "kubeconfig (v1)".
 */
export interface Kubeconfig {
  clusters: Map<string, Entry<ClusterEntry>>;
  users: Map<string, Entry<UserEntry>>;
  contexts: Map<string, Entry<ContextEntry>>;
  currentContext: string | undefined;
}

/** A named entry, with its file: relative paths are relative to that file's directory. */
export interface Entry<T> {
  name: string;
  file: string;
  value: T;
}

export type ClusterEntry = Partial<InferOutput<typeof clusterSchema>>;
export type ContextEntry = Partial<InferOutput<typeof contextSchema>>;
export type UserEntry = Partial<InferOutput<typeof userSchema>>;
/** An exec credential plugin. */
export type ExecEntry = Partial<NonNullable<UserEntry['exec']>>;
