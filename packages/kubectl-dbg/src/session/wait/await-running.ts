import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type CancelTimer, startTimer, timeoutSignal } from '../../base/timer.ts';
import type { Cluster } from '../../cluster/types.ts';
import type { Outcome } from '../../model/outcome.ts';
import { containerStatus, viewContainer } from './container-state.ts';
import { diagnose } from './diagnosis.ts';
import { diagnosePod, wasDeleted } from './pod-end.ts';
import { inDoctorsWords } from './doctors-words.ts';
import { PodTracker } from './pod-tracker.ts';

/**
 * How long (ms) a container without a readiness probe must have run before it counts as stable: most failing ones crash
 * within it. Kubernetes calls such a time `minReadySeconds`.
 */
export const STABLE_MS = 10_000;

/**
 * Waits until a copy is stable: each of its containers is ready by its own probe, or has run for `stable` ms without a
 * restart, or has completed while another one runs.
 *
 * @param timeout milliseconds; 0 for no limit
 * @returns undefined when it is stable, otherwise why it never will be
 */
export async function awaitRunning(
  cluster: Pick<Cluster, 'request' | 'watch'>,
  pod: Pod,
  timeout: number,
  signal: AbortSignal,
  stable = STABLE_MS,
): Promise<Outcome | undefined> {
  const tracker = new PodTracker(cluster, pod);
  const late = timeout === 0 ? undefined : timeoutSignal(timeout);
  const name = pod.metadata?.name ?? '';
  let cancel: CancelTimer | undefined;
  let proven = false;
  try {
    const end = await tracker.until<Outcome | 'stable'>(
      ({ pod, deleted }) => {
        if (deleted) return { kind: 'never-started', ...wasDeleted(name) };
        const { state, why } = assessCopy(pod);
        if (why !== undefined) return why;
        if (state === 'ready' || (state === 'running' && proven)) return 'stable';
        if (state === 'running') {
          cancel ??= startTimer(stable, () => {
            proven = true;
            tracker.nudge();
          });
        } else {
          // A restarted container must prove itself again.
          cancel?.();
          cancel = undefined;
          proven = false;
        }
        return undefined;
      },
      late === undefined ? signal : AbortSignal.any([signal, late]),
    );
    return end === 'stable'
      ? undefined
      : await inDoctorsWords(end, tracker.current.pod, failedContainer(end));
  } catch (error) {
    signal.throwIfAborted();
    if (late?.aborted !== true) throw error;
    return {
      kind: 'timed-out',
      message: `pod ${name} did not run stably within ${timeout / 1000} s`,
      failure: { code: 'CopyNotStable', facts: { pod: name, milliseconds: timeout } },
    };
  } finally {
    cancel?.();
    await tracker.stop();
  }
}

/** The container that failed; empty for a failure of the pod. */
function failedContainer(outcome: Outcome): string {
  const facts = ('failure' in outcome ? outcome.failure.facts : {}) as { container?: unknown };
  return typeof facts.container === 'string' ? facts.container : '';
}

/** The state of a copy: `ready` is a proof, `running` only a state; `why` is set if it has failed. */
export function assessCopy(pod: Pod): { state: 'ready' | 'running' | 'starting'; why?: Outcome } {
  const name = pod.metadata?.name ?? '';
  const ended = diagnosePod(pod, 'copy');
  if (ended !== undefined) return { state: 'starting', why: { kind: 'never-started', ...ended } };
  let ready = true;
  let running = 0;
  let starting = false;
  for (const container of pod.spec?.containers ?? []) {
    const view = viewContainer(pod, container.name);
    const status = containerStatus(pod, container.name);
    if (view.phase === 'running') {
      const crash = status?.lastState?.terminated;
      if (crash !== undefined && (status?.restartCount ?? 0) > 0) {
        return { state: 'starting', why: crashed(name, container.name, crash.exitCode) };
      }
      running++;
      // Without a probe a container counts as ready as soon as it runs, which proves nothing.
      if (status?.ready !== true || container.readinessProbe === undefined) ready = false;
      continue;
    }
    ready = false;
    if (view.phase === 'terminated') {
      const { exitCode } = view.terminated;
      if (exitCode !== 0) return { state: 'starting', why: crashed(name, container.name, exitCode) };
      // Completed, and not restarted: an init-like container next to one that serves.
      if (pod.spec?.restartPolicy !== 'Always') continue;
    } else {
      const context = { container: container.name, image: container.image, target: undefined };
      const why = diagnose(view, context);
      if (why !== undefined) return { state: 'starting', why: { kind: 'never-started', ...why } };
    }
    starting = true;
  }
  if (starting || running === 0) return { state: 'starting' };
  return { state: ready ? 'ready' : 'running' };
}

function crashed(pod: string, container: string, exitCode: number): Outcome {
  return {
    kind: 'never-started',
    reason: 'Crashed',
    message: `container ${container} of pod ${pod} exited with code ${exitCode}`,
    failure: { code: 'CopyCrashed', facts: { pod, container, exitCode } },
  };
}
