import type { Cluster } from '../../cluster/index.ts';
import { type Outcome, outcomeOfTermination } from '../../model/outcome.ts';
import type { OutputStream } from '../../model/world.ts';
import type { FoundSession } from './find-session.ts';
import { SessionLog } from './session-log.ts';

/** Options for reading the log of a session. */
export interface LogsOptions {
  cluster: Cluster;
  stdout: OutputStream;
  /** Follow it until the container terminates. */
  follow: boolean;
  /** Called each time that the log breaks. */
  readonly warn: (text: string) => void;
  signal: AbortSignal;
}

/**
 * Writes the output of a session, and resumes after a failure. With `follow` it resolves with the container's
 * termination, else with undefined. Throws DbgError.
 */
export async function readSessionLog(
  { session, pod }: FoundSession,
  { follow, ...options }: LogsOptions,
): Promise<Outcome | undefined> {
  const { namespace, pod: name, container } = session;
  const log = new SessionLog({ namespace, pod: name, container }, pod.metadata?.uid, options);
  if (!follow) {
    await log.print(session.state === 'ended');
    return undefined;
  }
  const end = await log.follow();
  if (end === 'gone') {
    return {
      kind: 'lost',
      message: `pod ${namespace}/${name} is gone, and with it the rest of the log`,
      failure: { code: 'LogGone', facts: { namespace, pod: name } },
    };
  }
  const outcome = outcomeOfTermination(end);
  if (outcome.kind !== 'never-started' && outcome.kind !== 'lost') return outcome;
  const { message } = outcome;
  return { ...outcome, message: `container ${container} of pod ${namespace}/${name}: ${message}` };
}
