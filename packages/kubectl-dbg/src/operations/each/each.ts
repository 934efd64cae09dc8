import { setMaxListeners } from 'node:events';
import { pause } from '../../base/timer.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { OperationEvent } from '../../model/event.ts';
import type { DbgError } from '../../model/failure.ts';
import { newSessionId } from '../../model/ownership.ts';
import type { RandomInt } from '../../model/plan.ts';
import type { Report, TargetResult } from '../../model/report.ts';
import { suffix } from '../../plan/names.ts';
import type { Grouping } from '../../report/groups.ts';
import { CreatedObjects } from '../debug/created-objects.ts';
import { whoAmI } from '../debug/who-am-i.ts';
import { selectPods, type SelectedPods } from './candidates.ts';
import type { SkippedTarget } from './choose-targets.ts';
import { EachRun } from './each-run.ts';
import type { FleetTarget } from './fleet-target.ts';
import { followMade, watchEvents } from './follow-run.ts';
import { type EarlierRun, Journal, journalKey, questionOf, readJournal } from './journal.ts';
import { makeResult } from './make-result.ts';
import { containerName } from './plan-target.ts';
import type { EachRequest } from './request.ts';
import { Results } from './results.ts';
import { selectNodes } from './select-nodes.ts';
import { settleProfiles } from './settle-profiles.ts';

/** An event of a run. */
export type EachEvent =
  | { kind: 'selected'; targets: number; skipped: number; nodes: number; workloads: number }
  | { kind: 'started'; target: FleetTarget }
  | { kind: 'output'; target: FleetTarget; data: Buffer }
  /** `mayRunOn`: its container is left behind, and the command may run in it, now or later. */
  | { kind: 'finished'; result: TargetResult; output: string; mayRunOn: boolean }
  /** The journal can't be written any more: no new targets are started. */
  | { kind: 'unwritten'; error: DbgError }
  /** An event about a created object, for example that it could not be deleted. */
  | { kind: 'made'; event: OperationEvent };

export interface EachOptions {
  signal: AbortSignal;
  /** When aborted, no new targets are started; running ones continue. */
  drain?: AbortSignal | undefined;
  /** When aborted, running targets are terminated; for callers that have drained the run before. */
  stop?: AbortSignal | undefined;
  on?: ((event: EachEvent) => void) | undefined;
  /** Directory for outputs and a journal, so that the run can be resumed. */
  directory?: string | undefined;
  /** Resumes the journal in `directory`: targets with a result are not run again. */
  resume?: { retryFailed: boolean; force: boolean } | undefined;
  grouping?: Grouping | undefined;
  /** Called when the targets are known, before any is touched; false: nothing is done. */
  confirm?:
    | ((selected: { targets: readonly FleetTarget[]; skipped: readonly SkippedTarget[] }) => Promise<boolean>)
    | undefined;
  /** Every created object is registered here, for a caller that may have to exit during the run. */
  created?: CreatedObjects | undefined;
  random: RandomInt;
  now: () => number;
}

/**
 * Runs one command in every pod of a selection, and returns the report. Failures of single targets are in their results.
 * Throws DbgError or ApiStatusError if the selection can't be read. Undefined: not confirmed.
 */
export async function runEach(
  cluster: Cluster,
  request: EachRequest,
  options: EachOptions,
): Promise<Report | undefined> {
  const { signal, directory, now, random, on = () => undefined } = options;
  const over = new AbortController();
  const within = AbortSignal.any([signal, over.signal]);
  // Every running target listens to it: many listeners are no leak.
  setMaxListeners(0, within);
  const question = questionOf({
    command: request.debug.words,
    image: request.debug.image ?? '',
    profile: request.debug.profile,
  });
  const earlier =
    options.resume === undefined || directory === undefined
      ? undefined
      : takeUp(directory, question, options.resume);
  const run = earlier?.run ?? suffix(random);
  const started = earlier?.started ?? new Date(now()).toISOString();
  let journal: Journal | undefined;
  const unwritten = new AbortController();
  try {
    const selected =
      request.workflow === 'node'
        ? await selectNodes(cluster, request, within)
        : await selectPods(cluster, request, within);
    if (options.confirm !== undefined && !(await options.confirm(selected))) return undefined;
    const results = new Results(options.grouping ?? 'exact', { directory, maxOutput: request.maxOutput });
    const known = earlier && { earlier, retryFailed: options.resume?.retryFailed === true };
    const todo = pickTodo(selected, known, results);
    announce(selected, todo, on);
    if (directory !== undefined) {
      journal = new Journal(directory, (error) => {
        // Without this, targets would run that a resumed run would not know of.
        unwritten.abort(error);
        on({ kind: 'unwritten', error });
      });
      journal.append({
        event: 'run',
        run,
        question,
        started,
        command: request.debug.words,
        image: request.debug.image ?? '',
      });
    }
    const eachRun = new EachRun({
      cluster,
      request,
      run,
      targets: todo,
      isAdopted: (target) =>
        earlier !== undefined && carries(target, containerName(run, target, request.selection.eachContainer)),
      directory,
      onStart: (target) => {
        journal?.append({
          event: 'start',
          uid: target.uid,
          container: target.container,
          namespace: target.namespace,
          pod: target.pod,
        });
        on({ kind: 'started', target });
      },
      settle: settleProfiles(cluster, request, random, within),
      session: newSessionId(random),
      // The name is needed only if something is recorded.
      who:
        request.why === undefined && request.workflow === 'ephemeral' ? undefined : whoAmI(cluster, within),
      created: options.created ?? new CreatedObjects(),
      onMade: (event) => on({ kind: 'made', event }),
      ...(request.live ? { onOutput: (target, data) => on({ kind: 'output', target, data }) } : {}),
      onFinished: (finished) => {
        results.add(finished);
        if (isFinal(finished.result)) journal?.append({ event: 'result', result: results.last });
        const { output, mayRunOn } = finished;
        on({ kind: 'finished', result: results.last, output, mayRunOn });
      },
      drain: AbortSignal.any([unwritten.signal, ...(options.drain === undefined ? [] : [options.drain])]),
      stop: options.stop ?? new AbortController().signal,
      signal: within,
      random,
      now,
    });
    selected.follow(eachRun);
    selected.ended.catch((error: unknown) => eachRun.onFeedFailure(error));
    watchEvents(cluster, request, run, todo, eachRun, within);
    if (request.workflow !== 'ephemeral') await followMade(cluster, request, run, eachRun, within);
    const stopped = await eachRun.run();
    return results.report({ run, request, started, finished: new Date(now()).toISOString(), stopped });
  } finally {
    over.abort();
    journal?.close();
    // The watches end in a later turn of the event loop.
    await pause(0);
  }
}

/**
 * Whether a result is kept when the run is resumed: targets that were never tried are tried then, and abandoned ones are
 * followed to their end.
 */
function isFinal({ class: name, reason }: TargetResult): boolean {
  if (name === 'lost') return reason !== 'Interrupted' && reason !== 'Unreachable';
  return name !== 'not-attempted';
}

function takeUp(directory: string, question: string, { force }: { force: boolean }): EarlierRun | undefined {
  const earlier = readJournal(directory);
  if (earlier === undefined || earlier.question === question || force) return earlier;
  throw new OtherQuestion(directory);
}

/** The journal is of a run with another command, image or profile. */
export class OtherQuestion extends Error {
  override readonly name = 'OtherQuestion';
  readonly directory: string;

  constructor(directory: string) {
    super(`the run in ${directory} had another command, image or profile`);
    this.directory = directory;
  }
}

/** The remaining work; earlier results and skipped targets go into the report unchanged. */
function pickTodo(
  { targets, skipped }: SelectedPods,
  known: { earlier: EarlierRun; retryFailed: boolean } | undefined,
  results: Results,
): FleetTarget[] {
  const left = new Map(known?.earlier.results);
  const inFlight = new Map(known?.earlier.inFlight);
  const todo: FleetTarget[] = [];
  for (const target of targets) {
    const key = journalKey(target);
    const result = left.get(key);
    left.delete(key);
    inFlight.delete(key);
    if (result === undefined || (known?.retryFailed === true && result.class !== 'passed')) todo.push(target);
    else results.take(result, target);
  }
  for (const { target, skip } of skipped) {
    const key = journalKey(target);
    const result = left.get(key);
    left.delete(key);
    // If the run itself has filled the pod, its own container must be followed.
    const isFollowed = inFlight.delete(key) && skip.reason === 'TooManyDebugContainers';
    if (result !== undefined) results.take(result, target);
    else if (isFollowed) todo.push(target);
    else results.skip(target, skip);
  }
  // Their pods were deleted in the meantime; their results are still known.
  for (const result of left.values()) results.take(result);
  for (const [key, { namespace, pod, container }] of inFlight) {
    const [uid = ''] = key.split(' ');
    results.take(makeResult({ namespace, pod, uid, container }, CUT_OFF));
  }
  return todo;
}

const CUT_OFF = {
  class: 'lost',
  reason: 'Interrupted',
  message: 'the run was interrupted meanwhile, and its pod is gone',
} as const;

function announce(
  selected: SelectedPods,
  todo: readonly FleetTarget[],
  on: (event: EachEvent) => void,
): void {
  on({
    kind: 'selected',
    targets: todo.length,
    skipped: selected.skipped.length,
    nodes: new Set(todo.map(({ node }) => node)).size,
    workloads: new Set(todo.map(({ namespace, owner, pod }) => `${namespace}/${owner ?? pod}`)).size,
  });
}

/** Whether a pod already has the container, which an earlier part of the run created. */
function carries({ kept }: FleetTarget, container: string): boolean {
  return kept.read().spec?.ephemeralContainers?.some(({ name }) => name === container) === true;
}
