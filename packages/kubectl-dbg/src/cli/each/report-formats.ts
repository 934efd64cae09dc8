import { toJson } from '../../base/to-json.ts';
import type { Report } from '../../model/report.ts';
import { usage } from '../cli-error.ts';
import { REPORT_FORMATS } from '../grammar/report-format-names.ts';

export type Format = (typeof REPORT_FORMATS)[number];

/** One `-o`: a format, and its file; without one it is written to stdout. */
export interface ReportTarget {
  format: Format;
  file: string | undefined;
}

/** Parses every `-o`. One report may be written to stdout; without any it is the text. Throws DbgError (usage). */
export function readTargets(values: readonly string[] | undefined): ReportTarget[] {
  const targets = (values ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => {
      const at = value.indexOf('=');
      const format = at < 0 ? value : value.slice(0, at);
      const file = at < 0 ? undefined : value.slice(at + 1);
      if (!(REPORT_FORMATS as readonly string[]).includes(format) || file === '') {
        throw usage(
          `invalid -o ${JSON.stringify(value)}`,
          `Use ${REPORT_FORMATS.join(', ')}, with =FILE for a file`,
        );
      }
      return { format: format as Format, file };
    });
  const toStdout = targets.filter(({ file }) => file === undefined);
  if (toStdout.length > 1)
    throw usage(
      'two reports cannot both go to stdout',
      'Write one of them to a file, such as -o html=report.html',
    );
  return toStdout.length === 0 ? [{ format: 'text', file: undefined }, ...targets] : targets;
}

/** A report in a format other than text; the code of a format is loaded with it. */
export async function renderReport(
  report: Report,
  format: Exclude<Format, 'text'>,
  version: string,
): Promise<string> {
  switch (format) {
    case 'json':
      return toJson(report, 2);
    case 'ndjson':
      return toNdjson(report);
    case 'yaml':
      return (await import('../../base/to-yaml.ts')).toYaml(report);
    case 'junit':
      return (await import('../../report/junit.ts')).toJUnit(report);
    case 'csv':
      return (await import('../../report/csv.ts')).toCsv(report);
    case 'markdown':
      return (await import('../../report/markdown.ts')).toMarkdown(report);
    case 'html':
      return (await import('../../report/html/html.ts')).toHtml(report);
    case 'sarif':
      return (await import('../../report/sarif.ts')).toSarif(report, version);
    case 'github':
      return (await import('../../report/github.ts')).toGitHub(report);
    case 'prometheus':
      return (await import('../../report/prometheus.ts')).toPrometheus(report);
  }
}

/** One event per line: the run, each result, the summary. */
function toNdjson(report: Report): string {
  const { apiVersion, run, command, image, started, finished, stopped, results, summary } = report;
  const events = [
    { event: 'run', apiVersion, run, command, image, started, finished, stopped },
    ...results.map((result) => ({ event: 'result', ...result })),
    { event: 'summary', ...summary },
  ];
  return events.map((event) => toJson(event, 0)).join('');
}
