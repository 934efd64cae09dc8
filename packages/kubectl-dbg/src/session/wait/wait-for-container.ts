import type { ContainerStateTerminated, Event, EventList, Pod } from 'kubernetes-types/core/v1.d.ts';
import { startTimer } from '../../base/timer.ts';
import type { Cluster } from '../../cluster/types.ts';
import { type ContainerReport, readEvent } from './container-events.ts';
import {
  asCrashLoop,
  containerStatus,
  type ContainerView,
  isRestarted,
  viewContainer,
} from './container-state.ts';
import { diagnose, type Diagnosis, diagnoseReason, type DiagnosisContext } from './diagnosis.ts';
import { inDoctorsWords } from './doctors-words.ts';
import { type NodeCheckTimes, watchNode } from './node-check.ts';
import { diagnosePod, wasDeleted, workflowOf } from './pod-end.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { PodTracker, TrackedPod } from './pod-tracker.ts';

/** What is being waited for, for a progress line. */
export interface Progress {
  phase: 'scheduling' | 'pulling' | 'creating' | 'starting';
  /** Kubernetes' own message about the delay, if any; unsanitised. */
  detail?: string;
}

export interface WaitOptions {
  cluster: Pick<Cluster, 'request' | 'watch'>;
  tracker: PodTracker;
  namespace: string;
  context: DiagnosisContext;
  /** Milliseconds; 0 for no limit. */
  timeout: number;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Default: what suits a person. */
  nodeCheck?: NodeCheckTimes;
}

/** How the wait ended: with a process to attach to, with a terminated one, or with none. */
export type Waited =
  | { kind: 'running' }
  | { kind: 'terminated'; terminated: ContainerStateTerminated }
  | { kind: 'ended'; outcome: Outcome };

/**
 * Most containers run within half a second of the write: reading Events earlier would cost every session two useless
 * requests.
 */
const EVENTS_AFTER_MS = 1_000;

/** Waits until the container runs, has run, or will never run; at most for the timeout. */
export async function waitForContainer(options: WaitOptions): Promise<Waited> {
  const { tracker, context, timeout, onProgress } = options;
  const pod = tracker.current.pod;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let report: ContainerReport | undefined;
  let nodeFault: Diagnosis | undefined;
  let timedOut = false;
  const restartsBefore = containerStatus(pod, context.container)?.restartCount ?? 0;
  let shown = '';

  const look = ({ pod, deleted }: TrackedPod): Waited | undefined => {
    const seen = viewContainer(pod, context.container);
    const view = asCrashLoop(pod, context.container, seen, restartsBefore);
    if (view.phase === 'running') return { kind: 'running' };
    if (view.phase === 'terminated' && !isRestarted(pod, context.container, view.terminated)) {
      return { kind: 'terminated', terminated: view.terminated };
    }
    const never = deleted
      ? wasDeleted(pod.metadata?.name ?? '')
      : (diagnosePod(pod, workflowOf(pod, context.container)) ??
        diagnose(view, context) ??
        (report === undefined ? undefined : diagnoseReason(report.reason, report.message, context)) ??
        nodeFault);
    if (never !== undefined) return { kind: 'ended', outcome: { kind: 'never-started', ...never } };
    const progress = progressOf(view, report);
    if (timedOut)
      return { kind: 'ended', outcome: timeoutOutcome(pod, context.container, timeout, progress) };
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
      : startTimer(timeout, () => {
          timedOut = true;
          tracker.nudge();
        });
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
  void watchNode(
    options.cluster,
    () => tracker.current.pod.spec?.nodeName,
    signal,
    (diagnosis) => {
      nodeFault = diagnosis;
      tracker.nudge();
    },
    options.nodeCheck,
  );
  try {
    const waited = await tracker.until(look, signal);
    if (waited.kind !== 'ended') return waited;
    const outcome = await inDoctorsWords(waited.outcome, tracker.current.pod, context.container);
    return { kind: 'ended', outcome };
  } finally {
    deadline?.();
    clearTimeout(events);
    stop.abort();
  }
}

/** Lists, then watches the pod's Events. They are optional: without the right to read them it ends. */
async function followEvents(
  cluster: Pick<Cluster, 'request' | 'watch'>,
  pod: Pod,
  namespace: string,
  signal: AbortSignal,
  tell: (event: Event) => void,
): Promise<void> {
  const path = apiPaths.events(namespace);
  const query = { fieldSelector: `involvedObject.uid=${pod.metadata?.uid ?? ''}` };
  try {
    const list = await cluster.request<EventList>({ method: 'GET', path, query, signal });
    for (const event of list.items.sort(byTime)) tell(event);
    const resourceVersion = list.metadata?.resourceVersion ?? '';
    for await (const { type, object } of cluster.watch<Event>({ path, query, resourceVersion, signal })) {
      if (type === 'ADDED' || type === 'MODIFIED') tell(object);
    }
  } catch {
    // The container's status has the same information later.
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

function timeoutOutcome(pod: Pod, container: string, timeout: number, progress: Progress): Outcome {
  const silent = containerStatus(pod, container) === undefined && progress.detail === undefined;
  const doing = {
    scheduling: 'the pod has no node yet',
    pulling: 'its image is still being pulled',
    creating: silent
      ? `the kubelet of node ${pod.spec?.nodeName ?? ''} has not reported it yet`
      : 'it is still being created',
    starting: 'it is still being started',
  }[progress.phase];
  return {
    kind: 'timed-out',
    message: `container ${container} did not start within ${timeout / 1000} s: ${doing}${
      progress.detail === undefined ? '' : ` (${progress.detail})`
    }`,
    failure: {
      code: 'StartTimedOut',
      facts: { container, milliseconds: timeout, phase: progress.phase },
    },
  };
}
