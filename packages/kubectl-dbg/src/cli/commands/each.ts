import { resolve } from 'node:path';
import { abortable } from '../../base/abortable.ts';
import {
  exitCodeOfReport,
  type Report,
  ReportExitCode,
  type StopReason,
  type TargetResult,
} from '../../model/report.ts';
import { OtherQuestion, runEach } from '../../operations/each/each.ts';
import { readJournal } from '../../operations/each/journal.ts';
import type { EachRequest } from '../../operations/each/request.ts';
import { EachAttention, stoppedBy } from '../each/attend-each.ts';
import { confirmEach } from '../each/confirm-each.ts';
import { directoryOf, groupingOf, readInput } from '../each/each-inputs.ts';
import { EachProgress } from '../each/each-progress.ts';
import { keepHeapSmall } from '../each/keep-heap-small.ts';
import { compareEach } from '../each/compare-each.ts';
import { coverageOf, type EachFlags, isListing, makeEachRequest } from '../each/each-request.ts';
import { readReportFile } from '../each/read-report-file.ts';
import { readTargets } from '../each/report-formats.ts';
import { reportText } from '../each/report-text.ts';
import { checkChosen, chooseByWords } from '../each/select-words.ts';
import { showEach } from '../each/show-each.ts';
import { writeReports } from '../each/write-reports.ts';
import { usage } from '../cli-error.ts';
import type { OnEvent } from '../../model/event.ts';
import { eachFlags } from '../grammar/flags-each.ts';
import { eventWords } from '../present/event-words.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg each`: one command in every pod of a selection. */
export const command = defineCommand({
  flags: eachFlags,
  about: [
    'Run a command in every selected pod, each time in a new debug container, and report every output and exit code.',
    'Exit code: 0 all passed, 1 some failed or timed out, 2 some could not be run or were lost, 3 nothing matched, 4 stopped by a threshold, a deadline or your answer.',
  ],
  usage: ['each (-l LABELS | -A | TARGET...) [flags] -- COMMAND [ARG...]'],
  examples: [
    { what: 'The user of every web pod', line: 'each -l app=web -- id' },
    {
      what: 'An audit of one pod of each workload, as a page',
      line: 'each -A --one-per-owner -o html=audit.html -- /security-audit.sh',
    },
    { what: 'A local script', line: 'each deploy/web -i -- sh < check.sh' },
  ],
  run: async ({ options, targets: words, words: program }, world, settings) => {
    checkChosen(options, words);
    keepHeapSmall();
    const reports = readTargets(options.output);
    const minCoverage = coverageOf(options.minCoverage);
    const making = makeEachRequest(options, program, world, async (file) => {
      const { readCustom } = await import('../inputs.ts');
      return (await readCustom(file, world)).custom;
    });
    const asked = await abortable(making, settings.signal);
    const grouping = groupingOf(options.group);
    const directory = directoryOf(options, world);
    if (options.resume !== undefined && directory !== undefined && readJournal(directory) === undefined) {
      throw usage(`${directory} has no journal of a run`, 'Name a directory that --output-dir has made');
    }
    const before =
      options.compare === undefined
        ? undefined
        : await abortable(readReportFile(resolve(world.cwd, options.compare)), settings.signal);
    if (options.failOnNew === true && before === undefined)
      throw usage('--fail-on-new needs --compare', 'Name the earlier report');
    const input =
      options.stdin === true && !isListing(options)
        ? await abortable(readInput(world, settings.signal), settings.signal)
        : undefined;
    return await withCluster(clusterFlags(options), world, settings, async (context) => {
      const { cluster, signal, say, commands } = context;
      const { uids, namespaces } = await chooseByWords(cluster, options, words, signal);
      const selection = { ...asked.selection, namespaces, ...(uids === undefined ? {} : { uids }) };
      const request: EachRequest = { ...asked, selection, ...(input === undefined ? {} : { input }) };
      if (isListing(options)) {
        const { listEach } = await import('../each/list-each.ts');
        return await listEach(request, options, world, context);
      }
      const progress = new EachProgress(world.stderr, { quiet: options.quiet ?? false, now: world.now });
      const attention = new EachAttention(settings, progress, world, say);
      const left: TargetResult[] = [];
      const onMade: OnEvent = (event) => {
        for (const text of eventWords(event, commands)) say(text);
      };
      const shown = showEach(progress, world, options, onMade, say);
      let report: Report | undefined;
      try {
        report = await runEach(cluster, request, {
          signal,
          drain: attention.drain,
          stop: attention.stop,
          on: (event) => {
            if (event.kind === 'selected') attention.begin();
            if (event.kind === 'finished' && event.mayRunOn) left.push(event.result);
            shown(event);
          },
          directory,
          ...(options.resume === undefined
            ? {}
            : { resume: { retryFailed: options.retryFailed ?? false, force: options.force ?? false } }),
          grouping,
          confirm: async ({ targets }) => await confirmEach(targets, request, options, world, signal),
          created: settings.created,
          random: (below) => world.randomInt(below),
          now: world.now,
        });
      } catch (error) {
        if (!(error instanceof OtherQuestion)) throw error;
        throw usage(error.message, 'Give the same command again, or --force to go on all the same');
      } finally {
        progress.end();
        attention.end();
      }
      if (report === undefined) return ReportExitCode.stopped;
      const stopped: StopReason | undefined = report.stopped ?? stoppedBy(attention.drain, signal);
      const whole: Report = stopped === undefined ? report : { ...report, stopped };
      await writeReports(
        whole,
        reports,
        () => reportText(whole, { diff: options.diff ?? false, outputs: options.prefix !== true }),
        world,
      );
      if (whole.results.some(({ reason }) => reason === 'Forbidden')) {
        const { missingRights } = await import('../each/missing-rights.ts');
        for (const line of missingRights(whole.results, commands)) say(line);
      }
      if (left.length > 0) {
        const { nameLeft } = await import('../each/name-left.ts');
        for (const line of nameLeft(left, commands)) say(line);
      }
      if (before !== undefined) return compareEach(before, whole, options, say, minCoverage);
      return exitCodeOfReport(whole.summary, { stopped, minCoverage });
    });
  },
});

/** The flags that select cluster and identity: of the namespaces only the first is the current one. */
function clusterFlags({ namespace, ...options }: EachFlags) {
  const [home] = namespace ?? [];
  return {
    ...options,
    output: undefined,
    dryRun: undefined,
    ...(home === undefined ? {} : { namespace: home }),
  };
}
