/**
 * The stage of a problem; no later stage can work: 0 the pod does not exist, 1 it is being deleted, 2 it was terminated
 * as a whole, 3 its node, 4 scheduling, 5 sandbox and volumes, 6 init containers, 7 image, 8 container creation, 9
 * container start, 10 it terminated, 11 it is not ready, 12 it is not reachable, 13 it works but is at risk.
 */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13;

/** How certain a finding is. `inferred`: from neighbours and effects; `unknown`: the cause is not visible. */
export type Confidence = 'high' | 'inferred' | 'low' | 'unknown';

/** What a step does to the cluster. */
export type Risk = 'look' | 'change' | 'destructive';

/** Something that was read: the object, where in it (a field path, `event REASON` or `log`), and the text. */
export interface Fact {
  object: string;
  path: string;
  value: string;
}

/** What to do next. */
export interface Step {
  text: string;
  risk: Risk;
  /** For a POSIX shell. */
  command?: string;
  /** The right that the command needs, if the ClusterRole `view` lacks it. */
  right?: string;
}

/** One problem, with its evidence. */
export interface Finding {
  /** Of the rule; `--explain ID` shows its page. */
  id: string;
  level: Level;
  confidence: Confidence;
  /** `pod/web`, `deployment/web`. */
  object: string;
  /** One sentence. */
  title: string;
  evidence: Fact[];
  /** Ids of the findings that cause this one; empty for a cause. */
  becauseOf: string[];
  next: Step[];
}

/** What could not be read, and the right that is missing. */
export interface NotChecked {
  what: string;
  right?: string;
}

/** Whether a user may do one of the things that debugging needs. */
export interface RightAnswer {
  /** `view`, `logs`, `ephemeral`, `attach`, `exec`, `copy`, `node`, `profile restricted`... */
  what: string;
  allowed: boolean | 'unknown';
  /** Missing rights, as text; or why it is refused. */
  missing: string[];
}

/** What was examined. `namespace` is absent for nodes; `selector` is set if pods were selected by labels. */
export interface DiagnosisTarget {
  kind: string;
  namespace?: string;
  name?: string;
  selector?: string;
}

export type Verdict = 'broken' | 'ok' | 'undecided';

/** The versioned result for one target. */
export interface Diagnosis {
  apiVersion: 'kubectl-dbg/v1';
  kind: 'Diagnosis';
  target: DiagnosisTarget;
  verdict: Verdict;
  /** Worst first: causes, then their effects, then remarks. */
  findings: Finding[];
  notChecked: NotChecked[];
  rights: RightAnswer[];
}

/** The result for several targets. */
export interface DiagnosisList {
  apiVersion: 'kubectl-dbg/v1';
  kind: 'DiagnosisList';
  items: Diagnosis[];
}
