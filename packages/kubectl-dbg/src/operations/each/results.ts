import {
  REPORT_API_VERSION,
  type Report,
  type StopReason,
  summarize,
  type TargetResult,
} from '../../model/report.ts';
import { type Grouping, OutputGroups } from '../../report/groups.ts';
import { sortResults } from '../../report/sort-results.ts';
import type { FinishedTarget } from './each-run.ts';
import type { FleetTarget } from './fleet-target.ts';
import { readKeptOutput } from './kept-output.ts';
import { makeResult } from './make-result.ts';
import type { EachRequest } from './request.ts';

/** Maximum of output bytes in all results, in memory. */
const MAX_INLINE_BYTES = 128 * 1024 * 1024;

/** Collects results, one copy of each different output. */
export class Results {
  readonly #results: TargetResult[] = [];
  readonly #groups: OutputGroups;
  readonly #kept: { directory: string | undefined; maxOutput: number };
  readonly #outputs = new Map<string, string>();
  #size = 0;

  constructor(grouping: Grouping, kept: { directory: string | undefined; maxOutput: number }) {
    this.#groups = new OutputGroups(grouping);
    this.#kept = kept;
  }

  get last(): TargetResult {
    const last = this.#results.at(-1);
    if (last === undefined) throw new RangeError('there is no result yet');
    return last;
  }

  add({ target, result, output }: FinishedTarget): void {
    const entry = { ...result };
    if (result.outputFile === undefined && result.sha256 !== undefined) {
      const kept = this.#keep(`${result.sha256} ${output.length}`, output);
      if (kept === undefined) entry.truncated = true;
      else entry.output = kept;
    }
    this.#results.push(entry);
    if (entry.exitCode !== undefined) this.#groups.add(entry, output, factsOf(target));
  }

  /** A result of an earlier run, whose output is in its file. `target`: its current state, if it exists. */
  take(result: TargetResult, target?: FleetTarget): void {
    this.#results.push(result);
    if (result.exitCode === undefined) return;
    const { pod, uid, node } = result;
    const facts =
      target === undefined ? { pod, uid, node, ips: [], containerId: undefined } : factsOf(target);
    this.#groups.add(result, result.output ?? this.#readOutput(result), facts);
  }

  skip(target: FleetTarget, skip: { reason: string; message: string }): void {
    this.#results.push(makeResult(target, { class: 'skipped', ...skip }));
  }

  report(parts: {
    run: string;
    request: EachRequest;
    started: string;
    finished: string;
    stopped: StopReason | undefined;
  }): Report {
    const { run, request, started, finished, stopped } = parts;
    return {
      apiVersion: REPORT_API_VERSION,
      kind: 'Report',
      run,
      command: request.debug.words,
      image: request.debug.image ?? '',
      started,
      finished,
      ...(stopped === undefined ? {} : { stopped }),
      summary: summarize(this.#results),
      groups: this.#groups.groups(),
      results: sortResults(this.#results),
    };
  }

  /** The beginning of an output in a file of an earlier run; empty if the file was deleted. */
  #readOutput({ outputFile }: TargetResult): string {
    const { directory, maxOutput } = this.#kept;
    if (directory === undefined || outputFile === undefined) return '';
    return readKeptOutput(directory, outputFile, maxOutput) ?? '';
  }

  #keep(key: string, output: string): string | undefined {
    const known = this.#outputs.get(key);
    if (known !== undefined) return known;
    if (this.#size + output.length > MAX_INLINE_BYTES) return undefined;
    this.#size += output.length;
    this.#outputs.set(key, output);
    return output;
  }
}

function factsOf({ pod, uid, node, ips, containerId }: FleetTarget) {
  return { pod, uid, node, ips, containerId };
}
