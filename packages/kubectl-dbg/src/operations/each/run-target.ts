import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';
import type { ResultClass } from '../../model/report.ts';
import { exitCodeOf, outcomeOfTermination } from '../../model/outcome.ts';
import { containerStatus, viewContainer } from '../../session/wait/container-state.ts';
import { diagnose } from '../../session/wait/diagnosis.ts';
import { diagnosePod, workflowOf } from '../../session/wait/pod-end.ts';
import { endProcess } from './end-process.ts';
import type { PodMailbox, PodNews } from './pod-mailbox.ts';

/** The result of a target's command, without its output. */
export interface TargetEnd {
  class: ResultClass;
  exitCode?: number;
  signal?: number;
  reason?: string;
  message?: string;
  /** The container's start time from its status; absent if it never ran: then there is no output. */
  startedAt?: string;
  /** The node can't pull the image: its other targets need not be tried. */
  isNodeUnable?: boolean;
  /** Its container is left behind, and the command may run in it, now or later. */
  mayRunOn?: boolean;
}

export interface WaitOptions {
  cluster: Pick<Cluster, 'exec'>;
  address: Address;
  /** The container whose process namespace the command joined. */
  target: string | undefined;
  image: string | undefined;
  /** The target container before the write, to detect a restart. */
  before: { containerId: string | undefined; restarts: number };
  startTimeout: number;
  runTimeout: number;
  /** Aborted to terminate running commands. */
  stop: AbortSignal;
  signal: AbortSignal;
}

/** How long to wait for a process to terminate after we stopped it, in ms. */
const END_MS = 5_000;

/** How long after its debug container a restart of the target may be reported, in ms. */
const RESTART_MS = 2_000;

const PULL_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName']);

/** Follows one target's debug container until its command runs, or never will. */
export async function waitForStart(
  mailbox: PodMailbox,
  options: WaitOptions,
): Promise<TargetEnd | 'running'> {
  const { startTimeout, stop, signal } = options;
  let started: TargetEnd | 'running' | undefined;
  try {
    const waiting = AbortSignal.any([signal, stop]);
    started = await mailbox.until((news) => readStart(news, options), startTimeout, waiting);
  } catch (error) {
    if (signal.aborted || !stop.aborted) throw error;
    // The requested container starts all the same: it is terminated as soon as it runs.
    started = await mailbox.until((news) => readStart(news, options), END_MS, signal);
    const message = 'the run was stopped before it started, and it may still start';
    if (started === undefined) return { class: 'lost', reason: 'Stopped', message, mayRunOn: true };
  }
  if (started === undefined) return startTimedOut(mailbox.news, options);
  if (started !== 'running' && started.class === 'not-started')
    return await explained(started, mailbox, options);
  return started !== 'running' && started.class === 'failed'
    ? await judged(started, mailbox, options)
    : started;
}

/** Why a container does not start, in the words of the doctor's rules. */
async function explained(end: TargetEnd, mailbox: PodMailbox, { address }: WaitOptions): Promise<TargetEnd> {
  const { pod } = mailbox.news;
  if (pod === undefined) return end;
  const { explainContainer } = await import('../../doctor/explain-container.ts');
  const { reason = '', message = '' } = end;
  const explanation = explainContainer(pod, address.container, { reason, message }, Date.now());
  return explanation === undefined ? end : { ...end, message: explanation.words };
}

/** Follows a running command until it exits, or is terminated because its time is over. */
export async function waitForEnd(mailbox: PodMailbox, options: WaitOptions): Promise<TargetEnd> {
  const { runTimeout, stop, signal } = options;
  let ended: TargetEnd | undefined;
  try {
    const waiting = AbortSignal.any([signal, stop]);
    ended = await mailbox.until((news) => readEnd(news, options), runTimeout, waiting);
  } catch (error) {
    if (signal.aborted || !stop.aborted) throw error;
  }
  return ended === undefined ? await endRunning(mailbox, options) : await judged(ended, mailbox, options);
}

function readStart(news: PodNews, options: WaitOptions): TargetEnd | 'running' | undefined {
  const gone = readGone(news, options);
  if (gone !== undefined) return gone;
  const { pod, report } = news;
  const { address, image, target } = options;
  const context = { container: address.container, image, target };
  if (pod !== undefined) {
    const view = viewContainer(pod, address.container);
    if (view.phase === 'running') return 'running';
    if (view.phase === 'terminated') return readEnd(news, options);
    const diagnosis =
      diagnose(view, context) ??
      (view.phase === 'waiting' ? diagnosePod(pod, workflowOf(pod, address.container)) : undefined);
    if (diagnosis !== undefined) return notStarted(diagnosis.reason, diagnosis.message);
  }
  if (report === undefined) return undefined;
  // Events arrive at once, the status up to 15 s later.
  const diagnosis = diagnose({ phase: 'waiting', ...report }, context);
  return diagnosis === undefined ? undefined : notStarted(diagnosis.reason, diagnosis.message);
}

function notStarted(reason: string, message: string): TargetEnd {
  return { class: 'not-started', reason, message, isNodeUnable: PULL_REASONS.has(reason) };
}

function readEnd(news: PodNews, options: WaitOptions): TargetEnd | undefined {
  const { pod } = news;
  const view = pod === undefined ? undefined : viewContainer(pod, options.address.container);
  if (view?.phase !== 'terminated') return readGone(news, options);
  const { terminated } = view;
  const startedAt = terminated.startedAt === undefined ? {} : { startedAt: terminated.startedAt };
  const outcome = outcomeOfTermination(terminated);
  switch (outcome.kind) {
    case 'exited':
      return { class: outcome.code === 0 ? 'passed' : 'failed', exitCode: outcome.code, ...startedAt };
    case 'signalled':
      return {
        class: 'failed',
        // The server's own number may have any value.
        exitCode: exitCodeOf(outcome),
        signal: outcome.signal,
        ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
        ...startedAt,
      };
    case 'never-started':
      return { class: 'not-started', reason: outcome.reason, message: outcome.message };
    default:
      return {
        class: 'lost',
        reason: 'UnknownEnd',
        message: 'the cluster does not say how it ended',
        ...startedAt,
      };
  }
}

function readGone({ pod, isGone, isUnwatched }: PodNews, { address }: WaitOptions): TargetEnd | undefined {
  if (isGone) return { class: 'lost', reason: 'PodGone', message: 'the pod was deleted' };
  if (isUnwatched) {
    return {
      class: 'lost',
      reason: 'Unselected',
      message: 'the pod no longer matches the selection, so the result of its command is unknown',
      mayRunOn: true,
    };
  }
  const { phase, reason, message } = pod?.status ?? {};
  if (phase !== 'Failed' && phase !== 'Succeeded') return undefined;
  const view = pod === undefined ? undefined : viewContainer(pod, address.container);
  if (view?.phase === 'terminated') return undefined;
  return {
    class: 'lost',
    reason: reason ?? `Pod${phase}`,
    message: message ?? `the pod has ended (${phase})`,
  };
}

/**
 * A debug container is killed together with the container whose process namespace it joined: its command has not failed.
 */
async function judged(end: TargetEnd, mailbox: PodMailbox, options: WaitOptions): Promise<TargetEnd> {
  if (end.signal !== 9 || options.target === undefined || end.reason === 'OOMKilled') return end;
  const restarted = await mailbox
    .until(
      ({ pod }) => (hasRestarted(pod, end.startedAt, options) ? true : undefined),
      RESTART_MS,
      options.signal,
    )
    .catch(() => undefined);
  if (restarted !== true) return end;
  return {
    class: 'lost',
    reason: 'TargetRestarted',
    message: `container ${options.target} ended, and the debug container with it`,
    ...(end.startedAt === undefined ? {} : { startedAt: end.startedAt }),
  };
}

function hasRestarted(
  pod: Pod | undefined,
  startedAt: string | undefined,
  { target, before }: WaitOptions,
): boolean {
  const status = pod === undefined || target === undefined ? undefined : containerStatus(pod, target);
  if (status === undefined) return false;
  const ended = status.lastState?.terminated?.finishedAt;
  return (
    status.state?.terminated !== undefined ||
    // For a container that an earlier part of the run created, the state before the write is unknown.
    (ended !== undefined && startedAt !== undefined && Date.parse(ended) >= Date.parse(startedAt)) ||
    (status.restartCount ?? 0) > before.restarts ||
    (before.containerId !== undefined && status.containerID !== before.containerId)
  );
}

function startTimedOut({ pod, report }: PodNews, { address }: WaitOptions): TargetEnd {
  const view = pod === undefined ? undefined : viewContainer(pod, address.container);
  const said = view !== undefined && 'reason' in view && view.reason !== '' ? view : report;
  const why =
    said === undefined
      ? 'nothing says why'
      : [said.reason, said.message].filter((part) => part !== '').join(': ');
  const message = `it did not start in time (${why})`;
  return { class: 'not-started', reason: 'StartTimeout', message, mayRunOn: true };
}

/** Terminates the command's processes, and waits until that is reported. */
export async function endRunning(mailbox: PodMailbox, options: WaitOptions): Promise<TargetEnd> {
  const { pod } = mailbox.news;
  const view = pod === undefined ? undefined : viewContainer(pod, options.address.container);
  const why = whyEnded(options.stop);
  const result: TargetEnd = {
    class: why === 'Stopped' ? 'lost' : 'timed-out',
    reason: why,
    ...(view?.phase === 'running' && view.startedAt !== undefined ? { startedAt: view.startedAt } : {}),
  };
  let failure: unknown;
  try {
    await endProcess(options.cluster, options.address, options.signal);
  } catch (error) {
    options.signal.throwIfAborted();
    failure = error;
  }
  const ended = await mailbox.until((news) => readEnd(news, options), END_MS, options.signal);
  if (ended === undefined) {
    const words =
      failure === undefined
        ? 'they did not exit when told to'
        : `they could not be stopped (${wordsOf(failure)})`;
    return { ...result, message: `its processes are still running: ${words}`, mayRunOn: true };
  }
  // There was nothing to terminate: it had just exited by itself.
  if (failure !== undefined) return await judged(ended, mailbox, options);
  return {
    ...result,
    message: 'its processes were stopped',
    ...(ended.exitCode === undefined ? {} : { exitCode: ended.exitCode }),
    ...(ended.signal === undefined ? {} : { signal: ended.signal }),
    ...(ended.startedAt === undefined ? {} : { startedAt: ended.startedAt }),
  };
}

function whyEnded(stop: AbortSignal): 'TimedOut' | 'DeadlineExceeded' | 'Stopped' {
  if (!stop.aborted) return 'TimedOut';
  return stop.reason instanceof Error && stop.reason.name === 'TimeoutError' ? 'DeadlineExceeded' : 'Stopped';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
