import type { Report } from '../model/report.ts';

/**
 * The text format of Prometheus, for node_exporter's textfile collector or a push gateway. No label contains a pod name,
 * because the number of series would grow with each run.
 */
export function toPrometheus(report: Report): string {
  const { summary } = report;
  const finished = Date.parse(report.finished) / 1000;
  const seconds = finished - Date.parse(report.started) / 1000;
  const classes = [
    ['passed', summary.passed],
    ['failed', summary.failed],
    ['timed-out', summary.timedOut],
    ['not-started', summary.notStarted],
    ['lost', summary.lost],
    ['skipped', summary.skipped],
    ['not-attempted', summary.notAttempted],
  ] as const;
  const gauge = (name: string, help: string, rows: readonly string[]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...rows,
  ];
  return [
    ...gauge(
      'kubectl_dbg_each_targets',
      'Targets of the last run by their result.',
      classes.map(([name, count]) => `kubectl_dbg_each_targets{class="${name}"} ${count}`),
    ),
    ...gauge('kubectl_dbg_each_coverage', 'Share of the targets whose command finished.', [
      `kubectl_dbg_each_coverage ${summary.coverage}`,
    ]),
    ...gauge('kubectl_dbg_each_duration_seconds', 'How long the last run took.', [
      `kubectl_dbg_each_duration_seconds ${seconds}`,
    ]),
    ...gauge('kubectl_dbg_each_finished_timestamp_seconds', 'When the last run ended.', [
      `kubectl_dbg_each_finished_timestamp_seconds ${finished}`,
    ]),
    '',
  ].join('\n');
}
