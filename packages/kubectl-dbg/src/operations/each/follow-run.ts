import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { EachRun } from './each-run.ts';
import { followEvents } from './event-feed.ts';
import type { FleetTarget } from './fleet-target.ts';
import { containerName, RUN_LABEL } from './plan-target.ts';
import { followPods } from './pod-feed.ts';
import type { EachRequest } from './request.ts';

/** Maximum number of Event watches: one for each container of a pod. */
const MAX_EVENT_WATCHES = 5;

/** Watches the Events of the run's containers, which contain the reason of a failed start at once. */
export function watchEvents(
  cluster: Cluster,
  { selection }: EachRequest,
  run: string,
  targets: readonly FleetTarget[],
  eachRun: EachRun,
  signal: AbortSignal,
): void {
  const names = new Set(targets.map((target) => containerName(run, target, selection.eachContainer)));
  const [only] = selection.namespaces;
  for (const container of [...names].slice(0, MAX_EVENT_WATCHES)) {
    void followEvents({
      cluster,
      namespace: selection.namespaces.length === 1 ? only : undefined,
      container,
      onReport: (pod, report) => eachRun.onReport(pod, report),
      signal,
    });
  }
}

/** Pods that the run creates, for nodes or as copies, are selected by its label. */
export async function followMade(
  cluster: Cluster,
  { workflow, debug, selection }: EachRequest,
  run: string,
  eachRun: EachRun,
  signal: AbortSignal,
): Promise<void> {
  const [only] = selection.namespaces;
  const home = workflow === 'node' ? cluster.namespace : selection.namespaces.length === 1 ? only : undefined;
  const namespace = debug.toNamespace ?? home;
  const { listed, ended } = followPods({
    cluster,
    path: apiPaths.pods(namespace),
    query: { labelSelector: `${RUN_LABEL}=${run}` },
    onPod: (type, pod) => eachRun.onPod(type, pod),
    onSilence: () => eachRun.onSilence(namespace),
    signal,
  });
  ended.catch((error: unknown) => eachRun.onFeedFailure(error));
  await listed;
}
