import type { Event } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { readEvent } from '../../session/wait/container-events.ts';

/**
 * Watches the Events about one debug container name in all pods: they contain the reason of a failed start at once, its
 * status up to 15 s later. Only a hint: without the right to watch events the status is used.
 */
export async function followEvents(options: {
  cluster: Pick<Cluster, 'watch'>;
  namespace: string | undefined;
  container: string;
  onReport: (pod: { namespace: string; pod: string }, report: { reason: string; message: string }) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { cluster, namespace, container, onReport, signal } = options;
  const query = { fieldSelector: `involvedObject.fieldPath=spec.ephemeralContainers{${container}}` };
  try {
    const watch = cluster.watch<Event>({
      path: apiPaths.events(namespace),
      query,
      resourceVersion: '',
      signal,
    });
    for await (const { type, object } of watch) {
      if (type !== 'ADDED' && type !== 'MODIFIED') continue;
      const report = readEvent(object, container);
      const { namespace: of = '', name = '' } = object.involvedObject;
      if (report !== undefined) onReport({ namespace: of, pod: name }, report);
    }
  } catch {
    // no right to watch events: the status has the same information later
  }
}
