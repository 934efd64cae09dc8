import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { timeoutSignal } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import type { StopReason, TargetResult } from '../../model/report.ts';
import { askForPod } from './ask-for-pod.ts';
import { attemptTarget } from './attempt.ts';
import { notBegun } from './broken-attempt.ts';
import type { Attempt } from './collect-output.ts';
import { firstWave } from './first-wave.ts';
import { type FleetTarget, podKey } from './fleet-target.ts';
import { NOTHING_KEPT } from './kept-pod.ts';
import { Mailboxes } from './mailboxes.ts';
import { makeResult } from './make-result.ts';
import { Pace, PACE_CLOCK, type PaceClock } from './pace.ts';
import { KnownFailures, type RunContext, type Why } from './run-context.ts';
import { TargetQueue } from './target-queue.ts';
import { Thresholds } from './thresholds.ts';

/** A result, and the text of its output, which the result itself need not contain. */
export interface FinishedTarget {
  target: FleetTarget;
  result: TargetResult;
  output: string;
  /** Its command may run on. */
  mayRunOn: boolean;
}

export interface EachRunOptions extends Omit<
  RunContext,
  'total' | 'mailboxes' | 'known' | 'onBusy' | 'onAnswer' | 'halt'
> {
  targets: readonly FleetTarget[];
  onFinished: (finished: FinishedTarget) => void;
  /** When aborted, no new targets are started. */
  drain: AbortSignal;
  /** When aborted, running targets are terminated; those that can't be terminated run on. */
  stop: AbortSignal;
  clock?: PaceClock;
}

/** Runs the command in the targets, as fast as the pace allows. */
export class EachRun {
  readonly #options: EachRunOptions;
  readonly #context: RunContext;
  readonly #pace: Pace;
  readonly #queue: TargetQueue<FleetTarget>;
  readonly #thresholds: Thresholds;
  readonly #mailboxes = new Mailboxes();
  /** Targets not started yet, by pod: they are planned from the newest state. */
  readonly #pending = new Map<string, FleetTarget[]>();
  /** Aborted to terminate running commands. */
  readonly #halt = new AbortController();
  readonly #deadline: AbortSignal | undefined;
  #index = 0;

  constructor(options: EachRunOptions) {
    this.#options = options;
    const { targets, request, clock = PACE_CLOCK } = options;
    const { pace } = request;
    this.#pace = new Pace(pace, clock);
    this.#queue = new TargetQueue(firstWave(targets), pace);
    this.#thresholds = new Thresholds(pace.maxFailures);
    this.#deadline = pace.deadline === undefined ? undefined : timeoutSignal(pace.deadline);
    this.#context = {
      ...options,
      total: targets.length,
      mailboxes: this.#mailboxes,
      known: new KnownFailures(),
      onBusy: (milliseconds) => this.#pace.refused(milliseconds),
      onAnswer: (milliseconds) => this.#pace.answered(milliseconds),
      halt: this.#halt.signal,
    };
    for (const target of targets) {
      const list = this.#pending.get(podKey(target));
      if (list === undefined) this.#pending.set(podKey(target), [target]);
      else list.push(target);
    }
  }

  /** Records a change of a pod. */
  onPod(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    this.#mailboxes.seen(type, pod);
    const { namespace = '', name = '' } = pod.metadata ?? {};
    for (const target of this.#pending.get(podKey({ namespace, pod: name })) ?? []) {
      target.isGone = type === 'DELETED';
      if (type !== 'DELETED') target.kept.write(pod);
    }
  }

  /** Reads the pods of running targets in a namespace, or in all; resolves with whether one of them had changed. */
  async onSilence(namespace: string | undefined): Promise<boolean> {
    const { cluster, signal } = this.#options;
    const pods = this.#mailboxes.pods.filter((pod) => namespace === undefined || pod.namespace === namespace);
    const asked = await Promise.all(
      pods.map(async (pod) => await askForPod(cluster, pod, signal).catch(() => undefined)),
    );
    return asked.filter((found) => found !== undefined && this.#mailboxes.asked(found)).length > 0;
  }

  onReport(pod: Pick<FleetTarget, 'namespace' | 'pod'>, report: { reason: string; message: string }): void {
    this.#mailboxes.reported(pod, report);
  }

  /** The pods can't be watched any more: it is unknown how running targets will end. */
  onFeedFailure(error: unknown): void {
    this.#mailboxes.fail(error);
    this.#pace.wake();
  }

  /** Resolves with the reason if the run stopped early. */
  async run(): Promise<StopReason | undefined> {
    const { request, drain, stop, signal } = this.#options;
    const deadline = this.#deadline;
    for (const end of [stop, deadline])
      end?.addEventListener('abort', () => this.#halt.abort(end.reason), { once: true });
    const wake = () => this.#pace.wake();
    for (const event of [drain, signal, deadline]) event?.addEventListener('abort', wake, { once: true });
    const active = new Set<Promise<void>>();
    let stopped: StopReason | undefined;
    const first = request.pace.first ?? Infinity;
    while (this.#queue.size > 0) {
      stopped = this.#stopReason();
      if (stopped !== undefined || drain.aborted || signal.aborted || this.#mailboxes.failure !== undefined)
        break;
      // The run continues after the first wave only when all its results are known.
      const isWaveOut = this.#index === first && active.size > 0;
      const target = !isWaveOut && this.#pace.isOpen ? this.#queue.take() : undefined;
      if (target === undefined) {
        await this.#pace.changed();
        continue;
      }
      const work = this.#runOne(target, this.#index++).finally(() => {
        active.delete(work);
        this.#pace.wake();
      });
      active.add(work);
    }
    if (stopped === 'max-failures' && request.pace.halt === 'now') this.#halt.abort(new Error('halted'));
    await Promise.all(active);
    stopped ??= this.#stopReason();
    const isEarly = this.#queue.size > 0 || stopped === 'deadline';
    const why = this.#whyNot(stopped);
    for (const target of this.#queue.rest())
      this.#finish(target, { end: { class: 'not-attempted', ...why } });
    return isEarly ? stopped : undefined;
  }

  #stopReason(): StopReason | undefined {
    if (this.#deadline?.aborted === true) return 'deadline';
    return this.#thresholds.exceeded ? 'max-failures' : undefined;
  }

  #whyNot(stopped: StopReason | undefined): Why {
    const { failure } = this.#mailboxes;
    if (stopped === 'deadline')
      return { reason: 'Deadline', message: 'the deadline of the run passed before its turn' };
    if (stopped !== undefined)
      return { reason: 'MaxFailures', message: 'the run stopped before its turn: too many failed' };
    if (failure !== undefined) {
      const message = `the cluster stopped answering (${wordsOf(failure.error)})`;
      return { reason: 'Unreachable', message };
    }
    const { reason } = this.#options.drain as { reason: unknown };
    return reason instanceof DbgError
      ? { reason: reason.code, message: reason.message }
      : { reason: 'Interrupted', message: 'the run was interrupted before its turn' };
  }

  async #runOne(target: FleetTarget, index: number): Promise<void> {
    this.#pace.begun();
    this.#forget(target);
    const began = this.#options.now();
    let isStarting = true;
    const started = (hasImage: boolean) => {
      if (isStarting) this.#queue.started(target.node, hasImage);
      isStarting = false;
      this.#pace.wake();
    };
    const attempt = await attemptTarget(target, this.#context, index, () => started(true)).catch(
      (error: unknown): Attempt => ({ end: notBegun(error, this.#options.signal) }),
    );
    this.#finish(target, attempt, began);
    started(false);
    this.#pace.ended();
  }

  #finish(target: FleetTarget, { end, container, output }: Attempt, began?: number): void {
    this.#thresholds.add(end.class);
    const milliseconds = this.#options.now() - (began ?? 0);
    const tried = began === undefined ? undefined : { debugContainer: container, began, milliseconds };
    const result = makeResult(target, end, tried, output);
    // A pod created for the command is deleted, and the command with it.
    const mayRunOn = end.mayRunOn === true && this.#options.request.workflow === 'ephemeral';
    this.#options.onFinished({ target, output: output?.text ?? '', result, mayRunOn });
    target.kept = NOTHING_KEPT;
  }

  /** The target is started: from now on its mailbox receives changes of its pod. */
  #forget(target: FleetTarget): void {
    const key = podKey(target);
    const others = this.#pending.get(key)?.filter((other) => other !== target) ?? [];
    if (others.length === 0) this.#pending.delete(key);
    else this.#pending.set(key, others);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
