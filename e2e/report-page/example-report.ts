import { OutputGroups } from '../../packages/kubectl-dbg/src/report/groups.ts';
import { summarize } from '../../packages/kubectl-dbg/src/model/report.ts';
import type { Report, TargetResult } from 'kubectl-dbg';

/** Hostile outputs that try to run scripts; each sets `hacked` if it succeeds. */
export const HOSTILE = [
  '</script><script>globalThis.hacked = 1</script>',
  '<img src=x onerror="globalThis.hacked = 2">',
  '<!--<script>globalThis.hacked = 3</script>-->',
  '<svg onload="globalThis.hacked = 4">',
  '"><a href="javascript:globalThis.hacked = 5">click</a>',
  '\u2028globalThis.hacked = 6\u2028',
];

const STARTED = Date.parse('2026-01-02T03:04:05Z');

/** A report with this number of targets: of a hundred, four have failed, and six have hostile outputs. */
export function exampleReport(targets: number): Report {
  const results = Array.from({ length: targets }, (_, index) => resultOf(index));
  const groups = new OutputGroups('exact');
  for (const result of results) {
    if (result.exitCode === undefined) continue;
    groups.add(result, result.output ?? '', { pod: result.pod, uid: result.uid, ips: [] });
  }
  return {
    apiVersion: 'kubectl-dbg/v1',
    kind: 'Report',
    run: 'bcdfg',
    command: ['/audit.sh', ...HOSTILE.slice(0, 1)],
    image: 'registry.example/audit:v1',
    started: new Date(STARTED).toISOString(),
    finished: new Date(STARTED + targets * 10 + 5_000).toISOString(),
    summary: summarize(results),
    groups: groups.groups(),
    results,
  };
}

function resultOf(index: number): TargetResult {
  const owner = `web-${index % 37}`;
  const common = {
    namespace: `team-${index % 50}`,
    pod: `${owner}-${String(index).padStart(5, '0')}`,
    uid: `uid-${index}`,
    container: 'app',
    node: `node-${index % 120}`,
    owner: `Deployment/${owner}`,
    bytes: 12,
    lines: 1,
    truncated: false,
    started: new Date(STARTED + index * 10).toISOString(),
    milliseconds: 100 + ((index * 7919) % 4000),
  };
  const kind = index % 100;
  const hostile = HOSTILE[kind - 10];
  if (hostile !== undefined) {
    return {
      ...common,
      pod: `hostile-${kind - 10}-${index}`,
      class: 'failed',
      exitCode: 1,
      output: `${hostile}\n`,
    };
  }
  if (kind < 4) return { ...common, class: 'failed', exitCode: 3, output: `setuid: /usr/bin/su\n` };
  if (kind === 4) {
    return {
      ...common,
      class: 'not-started',
      reason: 'ErrImagePull',
      message: 'no such image',
      bytes: 0,
      lines: 0,
    };
  }
  return { ...common, class: 'passed', exitCode: 0, output: 'no findings\n' };
}
