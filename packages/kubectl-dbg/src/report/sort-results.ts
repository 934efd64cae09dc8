import { compareText } from '../base/compare-text.ts';
import { type TargetResult, targetName } from '../model/report.ts';

/** Results sorted by target name, so that reports of two runs can be compared side by side. */
export function sortResults(results: readonly TargetResult[]): TargetResult[] {
  return results
    .map((result) => ({ result, name: targetName(result) }))
    .toSorted((a, b) => compareText(a.name, b.name) || compareText(a.result.uid, b.result.uid))
    .map(({ result }) => result);
}
