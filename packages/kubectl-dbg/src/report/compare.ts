import type { Report, TargetResult } from '../model/report.ts';

/** The difference of a target's result from an earlier run. */
export type Change = 'same' | 'changed' | 'newly-failing' | 'fixed' | 'new' | 'gone' | 'incomparable';

/** One workload's container in two runs. */
export interface Comparison {
  /** `NAMESPACE/OWNER-KIND/OWNER/CONTAINER`: names of pods change with each rollout. */
  workload: string;
  change: Change;
  /** The result classes before and after; absent if it was not in that run. */
  before?: string;
  after?: string;
}

/**
 * Compares two runs by workload. A workload fails if one of its targets failed or timed out, and is *incomparable* if one
 * of the runs could not run it, or if command or image differ.
 */
export function compareReports(before: Report, after: Report): Comparison[] {
  const old = byWorkload(before.results);
  const now = byWorkload(after.results);
  const sameQuestion = before.image === after.image && before.command.join('\0') === after.command.join('\0');
  return [...new Set([...old.keys(), ...now.keys()])].toSorted().map((workload) => {
    const a = old.get(workload);
    const b = now.get(workload);
    return {
      workload,
      change: changeOf(a, b, sameQuestion),
      ...(a === undefined ? {} : { before: a.state }),
      ...(b === undefined ? {} : { after: b.state }),
    };
  });
}

interface WorkloadState {
  state: 'passed' | 'failed' | 'unknown';
  outputs: string;
}

function byWorkload(results: readonly TargetResult[]): Map<string, WorkloadState> {
  const lists = new Map<string, TargetResult[]>();
  for (const result of results) {
    const key = [result.namespace, result.owner ?? `Pod/${result.pod}`, result.container].join('/');
    lists.set(key, [...(lists.get(key) ?? []), result]);
  }
  return new Map(
    [...lists].map(([key, list]) => {
      const ran = list.filter(({ class: name }) => name !== 'skipped');
      const failed = ran.some(({ class: name }) => name === 'failed' || name === 'timed-out');
      const known =
        ran.length > 0 && ran.every(({ class: name }) => ['passed', 'failed', 'timed-out'].includes(name));
      const outputs = [
        ...new Set(ran.map(({ exitCode, sha256 }) => `${exitCode} ${sha256 ?? ''}`)),
      ].toSorted();
      return [key, { state: failed ? 'failed' : known ? 'passed' : 'unknown', outputs: outputs.join('\n') }];
    }),
  );
}

function changeOf(a: WorkloadState | undefined, b: WorkloadState | undefined, sameQuestion: boolean): Change {
  if (a === undefined) return 'new';
  if (b === undefined) return 'gone';
  if (!sameQuestion || a.state === 'unknown' || b.state === 'unknown') return 'incomparable';
  if (a.state === 'passed' && b.state === 'failed') return 'newly-failing';
  if (a.state === 'failed' && b.state === 'passed') return 'fixed';
  return a.outputs === b.outputs ? 'same' : 'changed';
}
