import { exitCodeOfReport, type Report } from '../../model/report.ts';
import { compareReports } from '../../report/compare.ts';
import type { EachFlags } from './each-request.ts';

/** Reports what has changed since an earlier report; returns the exit code. */
export function compareEach(
  before: Report,
  after: Report,
  options: EachFlags,
  say: (text: string) => void,
  minCoverage: number,
): number {
  const changes = compareReports(before, after);
  for (const { workload, change } of changes) if (change !== 'same') say(`${change}: ${workload}`);
  const same = changes.filter(({ change }) => change === 'same').length;
  say(`${same} of ${changes.length} workloads are the same as before`);
  const code = exitCodeOfReport(after.summary, { stopped: after.stopped, minCoverage });
  if (options.failOnNew !== true || code !== 1) return code;
  return changes.some(
    ({ change, after: now }) => change === 'newly-failing' || (change === 'new' && now === 'failed'),
  )
    ? 1
    : 0;
}
