import type { PodSpec } from '../../resources/pods/types.ts';

/** The levels of the Pod Security Standards, from lax to strict. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** What a check looks at. */
export interface CheckedPod {
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
}

/** Why a pod does not meet a level. */
export interface Violation {
  reason: string;
  /** Who or what is to blame; may be empty. */
  detail: string;
}

/** One check of the standards; `since` is the minor version of Kubernetes that brought it. */
export interface Check {
  id: string;
  level: 'baseline' | 'restricted';
  since: number;
  /** The last minor version that has it, where a later check took its place. */
  until?: number;
  /** Checks of the level below that this one makes needless. */
  overrides?: readonly string[];
  run(pod: CheckedPod): Violation | undefined;
}
