import { Writable } from 'node:stream';
import type { Cluster, RemoteCommand } from '../../packages/kubectl-dbg/src/cluster/types.ts';
import { deliverOutput, type DeliveryReport } from '../../packages/kubectl-dbg/src/session/stream/deliver.ts';
import { AttachRefused, RecordedCluster } from './recorded-cluster.ts';
import type { Scenario } from './scenario.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The delivered output, and its times. */
export interface Played {
  report: DeliveryReport;
  writes: { at: number; stream: 'stdout' | 'stderr'; data: Buffer }[];
  /** When the delivery ended. */
  ended: number;
}

/** Limit of virtual time: an hour, longer than any scenario. */
const LIMIT = 3_600_000;

/** Replays a scenario with the code of sessions, in virtual time. */
export async function play(scenario: Scenario): Promise<Played> {
  const clock = new VirtualClock(scenario.begin);
  const cluster = new RecordedCluster(scenario, clock);
  const writes: Played['writes'] = [];
  const output = (stream: 'stdout' | 'stderr'): Writable =>
    new Writable({
      highWaterMark: Number.MAX_SAFE_INTEGER,
      write: (data: Buffer, _encoding, done) => {
        writes.push({ at: clock.now(), stream, data });
        done();
      },
    });
  const abandon = new AbortController();
  if (scenario.abandoned !== undefined) {
    void clock.until(scenario.abandoned).then(() => abandon.abort());
  }
  const never = new Promise<void>(() => {});
  const delivery = deliverOutput({
    cluster: cluster as unknown as Cluster,
    address: { namespace: 'default', pod: 'p', container: 'dbg' },
    attach: cluster.canAttach ? attachUnlessRefused(cluster) : undefined,
    reattach: async () => (cluster.canAttach ? await attachUnlessRefused(cluster) : undefined),
    terminated: scenario.terminated === undefined ? never : clock.until(scenario.terminated),
    stdout: output('stdout'),
    stderr: output('stderr'),
    tty: scenario.tty,
    stdin: scenario.stdin,
    signal: abandon.signal,
    clock,
  });
  const report = await clock.run(delivery, LIMIT);
  return { report, writes, ended: clock.now() };
}

/** A refused attach means that the container has terminated, so the log is complete. */
async function attachUnlessRefused(cluster: RecordedCluster): Promise<RemoteCommand | undefined> {
  try {
    return await cluster.attach();
  } catch (error) {
    if (error instanceof AttachRefused) return undefined;
    throw error;
  }
}
