import type { PodSpec } from '../../resources/pods/types.ts';

/** The levels of the Pod Security Standards, from permissive to restrictive. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** What a check examines. */
export interface CheckedPod {
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
}

/** Why a pod does not meet a level. */
export interface Violation {
  reason: string;
  /** Which pod field or containers cause it; may be empty. */
  detail: string;
}

/** One check of the standards; `since` is the minor version of Kubernetes that introduced it. */
export interface Check {
  id: string;
  level: 'baseline' | 'restricted';
  since: number;
  /** The last minor version with it, if a later check replaces it. */
  until?: number;
  /** Checks of the lower level that this one replaces. */
  overrides?: readonly string[];
  run(pod: CheckedPod): Violation | undefined;
}
