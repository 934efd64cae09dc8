import { randomInt } from 'node:crypto';
import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import type { Report, TargetResult } from '../../model/report.ts';
import type { OperationOptions } from '../debug/debug.ts';
import { runEach } from './each.ts';
import { type DebugEachRequest, requestOfEach } from './program-each.ts';

/** Settings of a run. */
export interface DebugEachSettings extends OperationOptions {
  /** Directory for outputs and a journal; if it has the journal of the same run, the run is resumed. */
  directory?: string;
}

/**
 * Runs one command in every pod of a selection, each in its own debug container, and yields the result of each target as
 * soon as it is known. Failures of single targets are in their results. Returns the complete report. Leaving the loop
 * stops the run: no further target is started, and running targets are no longer followed.
 *
 * @throws DbgError if the selection can't be read, and the reason of an aborted `signal`
 *
 * @example
 * for await (const result of debugEach(cluster, { targets: ['deploy/web'], command: ['id'] })) {
 *   console.log(result.pod, result.class);
 * }
 */
export async function* debugEach(
  cluster: Cluster,
  request: DebugEachRequest,
  settings: DebugEachSettings = {},
): AsyncGenerator<TargetResult, Report, void> {
  const { signal, on, directory } = settings;
  const over = new AbortController();
  const within = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const queue: TargetResult[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  const running = run().finally(() => {
    isOver = true;
    wake();
  });
  running.catch(() => undefined);
  try {
    for (;;) {
      yield* queue.splice(0);
      signal?.throwIfAborted();
      if (isOver && queue.length === 0) return await running;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    over.abort();
    await running.catch(() => undefined);
  }

  async function run(): Promise<Report> {
    try {
      const asked = await requestOfEach(cluster, request, within);
      const report = await runEach(cluster, asked, {
        signal: within,
        ...(directory === undefined ? {} : { directory, resume: { retryFailed: false, force: false } }),
        random: randomInt,
        now: Date.now,
        on: (event) => {
          if (event.kind === 'made') on?.(event.event);
          if (event.kind !== 'finished') return;
          queue.push(event.result);
          wake();
        },
      });
      if (report === undefined) throw new Error('nobody was asked, so nobody said no');
      return report;
    } catch (error) {
      throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
    }
  }
}
