import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { abortable } from '../../base/abortable.ts';
import {
  exitCodeOfReport,
  REPORT_API_VERSION,
  type Report,
  summarize,
  type TargetResult,
} from '../../model/report.ts';
import { JOURNAL, readJournal } from '../../operations/each/journal.ts';
import { readKeptOutput } from '../../operations/each/kept-output.ts';
import { mergeReports } from '../../report/merge.ts';
import { readReportFile } from '../each/read-report-file.ts';
import { readTargets } from '../each/report-formats.ts';
import { reportText } from '../each/report-text.ts';
import { writeReports } from '../each/write-reports.ts';
import { globalFlags } from '../grammar/flags-global.ts';
import { usage } from '../cli-error.ts';
import { defineCommand } from './command.ts';

const reportFlags = [
  {
    name: 'output',
    short: 'o',
    type: 'array',
    value: 'FORMAT[=FILE]',
    fallback: 'text',
    help: 'Report as text, json, ndjson, yaml, junit, csv, markdown, html, sarif, github or prometheus; may be repeated.',
    group: 'Results',
  },
  {
    name: 'diff',
    type: 'bool',
    help: 'Show how outputs differ from those of the largest group.',
    group: 'Results',
  },
] as const;

/** `kubectl dbg report merge`: merges the shards of a run into one report. */
export const command = defineCommand({
  flags: [...reportFlags, ...globalFlags] as const,
  about: [
    'Merge the reports of several runs of the same command, such as the shards of an Indexed Job, into one.',
  ],
  usage: ['report merge (DIR|FILE.json)... [-o FORMAT[=FILE]]'],
  examples: [{ what: 'One page for all shards', line: 'report merge shard-*/ -o html=audit.html' }],
  run: async ({ options, targets }, world, { signal }) => {
    const [verb, ...places] = targets;
    if (verb !== 'merge' || places.length === 0) {
      throw usage('report takes merge and the directories of runs', 'Write: kubectl dbg report merge DIR...');
    }
    const reports = readTargets(options.output);
    const reading = Promise.all(places.map(async (place) => await readPart(resolve(world.cwd, place))));
    const parts = await abortable(reading, signal);
    const merged = merge(parts);
    await writeReports(
      merged,
      reports,
      () => reportText(merged, { diff: options.diff ?? false, outputs: true }),
      world,
    );
    return exitCodeOfReport(merged.summary, { stopped: merged.stopped });
  },
});

function merge(parts: readonly Report[]): Report {
  try {
    return mergeReports(parts);
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message, 'Name runs of the same command and image');
    throw error;
  }
}

/** The report from a run's directory, by its journal, or from a JSON file. Throws DbgError (usage). */
async function readPart(path: string): Promise<Report> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true ? readDirectory(path) : await readReportFile(path);
}

/** Largest output that is read into a report; the rest stays in its file. */
const MAX_OUTPUT = 1024 * 1024;

function readDirectory(directory: string): Report {
  const run = readJournal(directory);
  if (run === undefined)
    throw usage(`${directory} has no ${JOURNAL}`, 'Name a directory that --output-dir has made');
  const results = [...run.results.values()].map((result) => {
    const output = readOutput(directory, result);
    return output === undefined ? result : { ...result, output };
  });
  const last = results.map(({ started, milliseconds }) => Date.parse(started ?? run.started) + milliseconds);
  const finished = last.reduce((latest, time) => Math.max(latest, time), Date.parse(run.started));
  return {
    apiVersion: REPORT_API_VERSION,
    kind: 'Report',
    run: run.run,
    command: run.command,
    image: run.image,
    started: run.started,
    finished: new Date(finished).toISOString(),
    summary: summarize(results),
    groups: [],
    results,
  };
}

/** The output that a result names, if it is small enough to be kept completely. */
function readOutput(directory: string, { outputFile, bytes }: TargetResult): string | undefined {
  if (outputFile === undefined || bytes > MAX_OUTPUT) return undefined;
  return readKeptOutput(directory, outputFile, MAX_OUTPUT);
}
