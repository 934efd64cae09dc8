import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from 'kubectl-dbg';

/** The durations of the phases of a run. */
export interface Timeline {
  /**
   * In ms: until the first container was requested, then until all had started, until the last termination was reported, and
   * until the report was complete.
   */
  parts(began: number, seconds: number): Promise<number[]>;
}

/** Watches the debug containers of a namespace's pods. */
export function startTimeline(cluster: Pick<Cluster, 'watch'>, namespace: string): Timeline {
  const over = new AbortController();
  const asked = new Map<string, number>();
  const ran = new Map<string, number>();
  const ended = new Map<string, number>();
  const watching = watch();
  return {
    async parts(began, seconds) {
      over.abort();
      await watching;
      const marks = [Math.min(...asked.values()), Math.max(...ran.values()), Math.max(...ended.values())];
      const points = [began, ...marks, began + seconds * 1000];
      return points.slice(1).map((point, index) => point - (points[index] ?? 0));
    },
  };

  async function watch(): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    for await (const { object } of cluster.watch<Pod>({ path, resourceVersion: '', signal: over.signal })) {
      const name = object.metadata?.name ?? '';
      const [state] = (object.status?.ephemeralContainerStatuses ?? []).map((status) => status.state);
      const now = performance.now();
      const note = (times: Map<string, number>, is: boolean) => {
        if (is && !times.has(name)) times.set(name, now);
      };
      note(asked, object.spec?.ephemeralContainers !== undefined);
      note(ran, state?.running !== undefined || state?.terminated !== undefined);
      note(ended, state?.terminated !== undefined);
    }
  }
}
