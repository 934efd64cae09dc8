import type { ContainerStateTerminated, Event, EventList, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';
import { type ContainerReport, readEvent } from './container-events.ts';
import { type ContainerView, viewContainer } from './container-state.ts';
import { diagnose, diagnosePod, diagnoseReason, type DiagnosisContext } from './diagnosis.ts';
import type { Outcome } from './outcome.ts';
import type { PodTracker, TrackedPod } from './pod-tracker.ts';

/** What is being waited for, for a line of progress. */
export interface Progress {
  phase: 'scheduling' | 'pulling' | 'creating' | 'starting';
  /** Kubernetes' own words on what holds it up, if it has any; unsanitised. */
  detail?: string;
}

export interface WaitOptions {
  cluster: Pick<Cluster, 'request' | 'watch'>;
  tracker: PodTracker;
  namespace: string;
  context: DiagnosisContext;
  /** Milliseconds; 0 waits for ever. */
  timeout: number;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** How the wait ended: with a process to attach to, one that has already ended, or none ever. */
export type Waited =
  | { kind: 'running' }
  | { kind: 'terminated'; terminated: ContainerStateTerminated }
  | { kind: 'ended'; outcome: Outcome };

/**
 * Most containers run within half a second of the write: asking for Events before this would cost every session
 * two requests for nothing.
 */
const EVENTS_AFTER_MS = 1_000;

/** Waits until the container runs, has run, or will never run; never longer than the timeout. */
export async function waitForContainer(options: WaitOptions): Promise<Waited> {
  const { tracker, context, timeout, onProgress } = options;
  const pod = tracker.current.pod;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let report: ContainerReport | undefined;
  let timedOut = false;
  let shown = '';

  const look = ({ pod, deleted }: TrackedPod): Waited | undefined => {
    const view = viewContainer(pod, context.container);
    if (view.phase === 'running') return { kind: 'running' };
    if (view.phase === 'terminated') return { kind: 'terminated', terminated: view.terminated };
    const never = deleted
      ? { reason: 'Deleted', message: `pod ${pod.metadata?.name ?? ''} was deleted` }
      : (diagnosePod(pod) ??
        diagnose(view, context) ??
        (report === undefined ? undefined : diagnoseReason(report.reason, report.message, context)));
    if (never !== undefined) return { kind: 'ended', outcome: { kind: 'never-started', ...never } };
    const progress = progressOf(view, report);
    if (timedOut) return { kind: 'ended', outcome: timeoutOutcome(context.container, timeout, progress) };
    const key = `${progress.phase} ${progress.detail ?? ''}`;
    if (key !== shown) {
      shown = key;
      onProgress(progress);
    }
    return undefined;
  };

  const deadline =
    timeout === 0
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          tracker.nudge();
        }, timeout);
  const events = setTimeout(() => {
    void followEvents(options.cluster, pod, options.namespace, signal, (event) => {
      const next = readEvent(event, context.container);
      if (next === undefined) return;
      // A back-off repeats a failure without its cause: keep the cause.
      if (next.reason === 'ImagePullBackOff' && report?.reason === 'ErrImagePull') {
        report = { reason: next.reason, message: report.message };
      } else report = next;
      tracker.nudge();
    });
  }, EVENTS_AFTER_MS);
  try {
    return await tracker.until(look, signal);
  } finally {
    clearTimeout(deadline);
    clearTimeout(events);
    stop.abort();
  }
}

/** Lists, then watches the pod's Events. Events are a help, not a need: without the right to read them it ends. */
async function followEvents(
  cluster: Pick<Cluster, 'request' | 'watch'>,
  pod: Pod,
  namespace: string,
  signal: AbortSignal,
  tell: (event: Event) => void,
): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const query = { fieldSelector: `involvedObject.uid=${pod.metadata?.uid ?? ''}` };
  try {
    const list = await cluster.request<EventList>({ method: 'GET', path, query, signal });
    for (const event of list.items.sort(byTime)) tell(event);
    const resourceVersion = list.metadata?.resourceVersion ?? '';
    for await (const { type, object } of cluster.watch<Event>({ path, query, resourceVersion, signal })) {
      if (type === 'ADDED' || type === 'MODIFIED') tell(object);
    }
  } catch {
    // The container's status will tell the same, only later.
  }
}

function byTime(a: Event, b: Event): number {
  const time = (event: Event) =>
    event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  return time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0;
}

function progressOf(view: ContainerView, report: ContainerReport | undefined): Progress {
  if (view.phase === 'unscheduled') {
    return { phase: 'scheduling', ...(view.message === '' ? {} : { detail: view.message }) };
  }
  switch (report?.reason) {
    case 'Pulling':
      return { phase: 'pulling' };
    case 'Pulled':
    case 'Created':
      return { phase: 'starting' };
    case 'ErrImagePull':
      return { phase: 'pulling', detail: report.message };
    case 'FailedMount':
    case 'FailedCreatePodSandBox':
      return { phase: 'creating', detail: report.message };
    default:
      return { phase: 'creating' };
  }
}

function timeoutOutcome(container: string, timeout: number, progress: Progress): Outcome {
  const doing = {
    scheduling: 'the pod has no node yet',
    pulling: 'its image is still being pulled',
    creating: 'it is still being created',
    starting: 'it is still being started',
  }[progress.phase];
  return {
    kind: 'timed-out',
    message: `container ${container} did not start within ${timeout / 1000} s: ${doing}${
      progress.detail === undefined ? '' : ` (${progress.detail})`
    }`,
    remedy: 'Wait longer with --timeout, or look at the events of the pod',
  };
}
