import { startTimer } from '../../base/timer.ts';
import type { Cluster } from '../../cluster/types.ts';
import type { Awaited, OnEvent } from '../../model/event.ts';

/** After this time (ms) without a response a message says what is awaited. */
const SILENT_MS = 3_000;

/** And again at this interval. */
const AGAIN_MS = 30_000;

/** Waits for a response of the server, and reports if that takes long; if a credential plugin runs, it is named. */
export async function tellWaiting<T>(
  work: Promise<T>,
  on: OnEvent,
  what: Awaited['for'],
  cluster: Pick<Cluster, 'server' | 'runningPlugin'>,
  times: { silent: number; again: number } = { silent: SILENT_MS, again: AGAIN_MS },
): Promise<T> {
  let waited = times.silent;
  const tell = () => {
    const plugin = cluster.runningPlugin();
    on({
      kind: 'waiting',
      for: what,
      server: cluster.server,
      ...(plugin === undefined ? {} : { plugin }),
      milliseconds: waited,
    });
    waited += times.again;
    cancel = startTimer(times.again, tell);
  };
  let cancel = startTimer(times.silent, tell);
  try {
    return await work;
  } finally {
    cancel();
  }
}
