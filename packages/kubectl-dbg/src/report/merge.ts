import { type Report, summarize, targetName } from '../model/report.ts';
import { OutputGroups } from './groups.ts';
import { sortResults } from './sort-results.ts';

/**
 * Merges the reports of several shards of one run. A target in more than one shard counts once, with the result of a
 * completed command.
 *
 * Throws RangeError if their commands or images differ.
 */
export function mergeReports(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first === undefined) throw new RangeError('there is no report to merge');
  for (const { command, image } of reports) {
    if (image !== first.image || command.join('\0') !== first.command.join('\0')) {
      throw new RangeError(
        `the reports are of different runs: ${first.image} ${first.command.join(' ')}, and ${image} ${command.join(' ')}`,
      );
    }
  }
  const results = new Map<string, Report['results'][number]>();
  for (const result of reports.flatMap((report) => report.results)) {
    const key = `${result.uid} ${targetName(result)}`;
    const known = results.get(key);
    if (known === undefined || weight(result) > weight(known)) results.set(key, result);
  }
  const merged = sortResults([...results.values()]);
  const groups = new OutputGroups('exact');
  for (const result of merged) {
    if (result.exitCode === undefined) continue;
    groups.add(result, result.output ?? '', { pod: result.pod, uid: result.uid, node: result.node, ips: [] });
  }
  const stopped = reports.find((report) => report.stopped !== undefined)?.stopped;
  return {
    ...first,
    started: reports.map(({ started }) => started).toSorted()[0] ?? first.started,
    finished:
      reports
        .map(({ finished }) => finished)
        .toSorted()
        .at(-1) ?? first.finished,
    ...(stopped === undefined ? {} : { stopped }),
    summary: summarize(merged),
    groups: groups.groups(),
    results: merged,
  };
}

/** How much a result says: a shard skips targets of other shards, and those that it did not reach. */
function weight({ class: name }: Report['results'][number]): number {
  return name === 'skipped' ? 0 : name === 'not-attempted' ? 1 : 2;
}
