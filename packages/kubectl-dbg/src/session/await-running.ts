import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';
import { diagnose, diagnosePod } from './diagnosis.ts';
import { viewContainer } from './container-state.ts';
import type { Outcome } from './outcome.ts';
import { PodTracker } from './pod-tracker.ts';

/**
 * Waits until every regular container of a pod runs (or has ended well).
 *
 * @param timeout milliseconds; 0 waits for ever
 * @returns undefined once it runs, else why it never will
 */
export async function awaitRunning(
  cluster: Pick<Cluster, 'watch'>,
  pod: Pod,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const tracker = new PodTracker(cluster, pod);
  const late = timeout === 0 ? undefined : AbortSignal.timeout(timeout);
  const name = pod.metadata?.name ?? '';
  try {
    return await tracker
      .until<Outcome | 'running'>(
        ({ pod, deleted }) => {
          if (deleted)
            return { kind: 'never-started', reason: 'Deleted', message: `pod ${name} was deleted` };
          const views = (pod.spec?.containers ?? []).map((container) => ({
            container,
            view: viewContainer(pod, container.name),
          }));
          const runs = views.every(
            ({ view }) =>
              view.phase === 'running' || (view.phase === 'terminated' && view.terminated.exitCode === 0),
          );
          if (runs) return 'running';
          for (const { container, view } of views) {
            const context = { container: container.name, image: container.image, target: undefined };
            const why = diagnose(view, context) ?? diagnosePod(pod);
            if (why !== undefined) return { kind: 'never-started', ...why };
          }
          return undefined;
        },
        late === undefined ? signal : AbortSignal.any([signal, late]),
      )
      .then((end) => (end === 'running' ? undefined : end));
  } catch (error) {
    signal.throwIfAborted();
    if (late?.aborted !== true) throw error;
    return { kind: 'timed-out', message: `pod ${name} did not run within ${timeout / 1000} s` };
  } finally {
    await tracker.stop();
  }
}
