import type { NotFound, Usage } from './meaning.ts';

/** The target is unclear, or does not exist. */
export interface TargetFailures {
  /** The argument is not of the form NAME or TYPE/NAME; `problem`: its slashes, its parts, or the name. */
  TargetMalformed: Usage<{ word: string; problem: 'slashes' | 'parts' | 'name' }>;
  /** Objects of this type can't be debugged; `known`: the supported kinds besides Pod and Node. */
  TypeNotDebuggable: Usage<{ type: string; known: string[] }>;
  /** No running pod has the labels. */
  NoPodSelected: NotFound<{ labelSelector: string; namespace?: string }>;
  /** The workload selects no pods because of its kind, for example a Service of type ExternalName. */
  WorkloadSelectsNoPods: NotFound<{ kind: string; name: string }>;
  /** The CronJob has no Job now. */
  CronJobWithoutJob: NotFound<{ namespace: string; name: string }>;
  /** None of the workload's pods runs; `pods`: the number in other phases. */
  WorkloadWithoutRunningPod: NotFound<{ kind: string; name: string; pods: number }>;
  /** A manifest is neither JSON nor YAML. */
  ManifestUnreadable: Usage<{ source: string; why: string }>;
  /** A manifest contains no object. */
  ManifestEmpty: Usage<{ source: string }>;
  /** A document of a manifest is not an object. */
  ManifestNotAnObject: Usage<{ source: string }>;
  /** An object in a manifest is of a kind that can't be debugged. */
  ManifestKindNotDebuggable: Usage<{ source: string; type: string }>;
  /** An object in a manifest has no name. */
  ManifestNameless: Usage<{ source: string; kind: string }>;
  /** The file or directory of a manifest does not exist. */
  ManifestNotFound: Usage<{ path: string }>;
  /** The object in a manifest is in another namespace than the requested one. */
  NamespaceMismatch: Usage<{ own: string; current: string }>;
}
