import type { Workflow } from '../../model/plan.ts';

/** Headings of the help text, in the order shown. */
export const FLAG_GROUPS = [
  'Target',
  'Selection',
  'Debug container',
  'Security',
  'Session',
  'Pace',
  'Results',
  'Copy',
  'Node',
  'Plan',
  'Connection',
  'Identity',
  'Other',
] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

/**
 * How a flag's value is read:
 * - `bool`: no separate value word; Go's spellings of true and false.
 * - `string`, `int`: one value, the last one wins.
 * - `list`: repeatable, each value a line of comma-separated values.
 * - `array`: repeatable, each value taken whole.
 * - `pairs`: repeatable, `key=value` words (see pairs.ts); a later key replaces an earlier one.
 */
export type FlagType = 'bool' | 'string' | 'int' | 'list' | 'array' | 'pairs';

/** What a shell may offer for a flag's value; `file` leaves it to the shell. */
export type CompletionHint =
  | 'profile'
  | 'container'
  | 'namespace'
  | 'node'
  | 'context'
  | 'cluster'
  | 'user'
  | 'file'
  | 'manifest'
  | 'none'
  | readonly string[];

/** One row of the flag table. */
export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** Name of the value in help, such as `IMAGE`. */
  readonly value?: string;
  /** The default without the flag, as text on the command line. */
  readonly fallback?: string;
  /** Value of the flag without a value (`--dry-run`); then a value needs `=`. */
  readonly bare?: string;
  readonly help: string;
  readonly group: FlagGroup;
  /** Workflows in which the flag has a meaning; absent: all. */
  readonly workflows?: readonly Workflow[];
  /** Why it has no meaning in a workflow, if that is not obvious: completes "--name: ". */
  readonly notIn?: Partial<Record<Workflow, { why: string; remedy: string }>>;
  readonly complete?: CompletionHint;
  /** Accepted because kubectl accepts it, without effect here. */
  readonly inert?: true;
}

/** One `key=value` of a `pairs` flag. */
export interface Pair {
  name: string;
  value: string;
}
