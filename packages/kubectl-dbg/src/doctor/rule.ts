import type { Node, PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1.d.ts';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import type { Confidence, Fact, Level } from './finding.ts';
import type { Advice } from './steps.ts';
import type { ContainerView } from './view/container-view.ts';
import type { ObjectView } from './view/object-view.ts';
import type { PodView } from './view/pod-view.ts';
import type { WorkloadView } from './view/workload-view.ts';

/** The subjects of rules. */
export interface Subjects {
  container: ContainerView;
  pod: PodView;
  workload: WorkloadView;
  service: ObjectView<Service>;
  claim: ObjectView<PersistentVolumeClaim>;
  node: ObjectView<Node>;
  autoscaler: ObjectView<HorizontalPodAutoscaler>;
  budget: ObjectView<PodDisruptionBudget>;
  ingress: ObjectView<Ingress>;
}
export type SubjectKind = keyof Subjects;

/**
 * - `fault`: something is broken, and this is why.
 * - `effect`: follows from something else, if that was found; else it is the best that is known.
 * - `unknown`: something is broken, and the cause could not be seen.
 * - `note`: worth knowing; nothing is broken.
 */
export type Severity = 'fault' | 'effect' | 'unknown' | 'note';

/** The result of a rule that matches its subject. */
export interface Match {
  /** One sentence about the subject. */
  title: string;
  /** A short phrase for several subjects with the same problem; default: the rule's name in lower case. */
  group?: string;
  evidence: readonly Fact[];
  next?: readonly Advice[];
  confidence?: Confidence;
  severity?: Severity;
  /** For `unknown`: it is certain that something is broken, only the reason is not. */
  certain?: boolean;
  /** Within one level, larger weights come first: the number of nodes with this reason. */
  weight?: number;
}

/** A kind of problem: how to see it, what it means, what to do. Source of `--explain ID` and docs/diagnosis. */
export interface Rule<K extends SubjectKind = SubjectKind> {
  id: string;
  level: Level;
  on: K;
  /** A few words, as a heading. */
  name: string;
  /** The fields, reasons and events that show it. */
  shows: string;
  /** What it means and what to do, for a reader who sees it for the first time. */
  explain: string;
  /** Rules that explain this one if they match the same subject, whatever their levels. */
  yieldsTo?: readonly string[];
  /** Whether it is usually an effect: see Severity. Default `fault`. */
  severity?: Severity;
  confidence?: Confidence;
  find(subject: Subjects[K]): Match | undefined;
}

/** Types a rule by its subject. */
export function rule<K extends SubjectKind>(on: K, entry: Omit<Rule<K>, 'on'>): Rule<K> {
  return { on, ...entry };
}
