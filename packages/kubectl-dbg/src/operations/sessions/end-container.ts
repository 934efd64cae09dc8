import type { EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { Channel } from 'kubectl-dbg-wire';
import { sanitiseShort } from '../../base/sanitise.ts';
import { timeoutSignal } from '../../base/timer.ts';
import { ApiStatusError, type Cluster } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';
import { sleeperEndOf } from '../../plan/sleeper.ts';
import { endSleeper } from '../../session/end-sleeper.ts';
import { answerWords } from '../../session/open-failure.ts';
import { viewContainer } from '../../session/wait/container-state.ts';
import { PodTracker } from '../../session/wait/pod-tracker.ts';
import { endProcess } from '../each/end-process.ts';
import { objects } from './read-fields.ts';

/** How an ephemeral container's process was terminated. */
export type EndWay = 'sleeper' | 'exec' | 'input';

/** Time limit (ms) of each way. */
const WAY_MS = 12_000;

/** Time (ms) for a kubelet to report the termination. */
const TOLD_MS = 5_000;

/** End of transmission: what Ctrl-D types. */
const EOT = Uint8Array.of(4);

/**
 * Terminates the process of an ephemeral container, for which the API has no call: by the signal of its sleeper, by
 * signals from within, or by the end of its input. Resolves with the way that worked; with the reasons if none did.
 */
export async function endContainer(
  cluster: Cluster,
  pod: Pod,
  address: Address,
  signal: AbortSignal,
): Promise<{ way: EndWay } | { failures: string[] }> {
  const container = objects(pod.spec?.ephemeralContainers).find(({ name }) => name === address.container);
  const tracker = new PodTracker(cluster, pod);
  const failures: string[] = [];
  try {
    for (const [way, end] of waysFor(cluster, address, container)) {
      let limit = AbortSignal.any([signal, timeoutSignal(WAY_MS)]);
      try {
        await end(limit);
        limit = AbortSignal.any([signal, timeoutSignal(TOLD_MS)]);
        await tracker.until(
          ({ pod: seen, deleted }) => (deleted || hasEnded(seen, address) ? true : undefined),
          limit,
        );
        return { way };
      } catch (error) {
        signal.throwIfAborted();
        await tracker.refresh(signal).catch(() => undefined);
        if (tracker.current.deleted || hasEnded(tracker.current.pod, address)) return { way };
        failures.push(
          limit.aborted
            ? WORDS[way].vain
            : `${WORDS[way].failed}: ${sanitiseShort(wordsOf(error, cluster.server), LONGEST_WHY)}`,
        );
      }
    }
    return { failures };
  } finally {
    await tracker.stop();
  }
}

/** Maximum length of a reason in a message. */
const LONGEST_WHY = 300;

function wordsOf(error: unknown, server: string): string {
  return error instanceof ApiStatusError ? answerWords(error, server) : (error as Error).message;
}

const WORDS: Readonly<Record<EndWay, { vain: string; failed: string }>> = {
  sleeper: { vain: 'its sleeper does not exit', failed: 'its sleeper could not be stopped' },
  exec: { vain: 'it ignores signals', failed: 'no signal could be sent by exec' },
  input: { vain: 'it does not exit at the end of its input', failed: 'its input could not be closed' },
};

type End = (signal: AbortSignal) => Promise<void>;

function waysFor(
  cluster: Cluster,
  address: Address,
  container: EphemeralContainer | undefined,
): [EndWay, End][] {
  const ways: [EndWay, End][] = [];
  const sleeper = sleeperEndOf(container?.command);
  if (sleeper !== undefined)
    ways.push(['sleeper', (signal) => endSleeper(cluster, address, sleeper, signal)]);
  ways.push(['exec', (signal) => endProcess(cluster, address, signal)]);
  if (container?.stdin === true) {
    ways.push(['input', (signal) => endInput(cluster, address, container.tty === true, signal)]);
  }
  return ways;
}

/** Ends its input, like Ctrl-D at a shell prompt: process 1 of a namespace ignores signals from within. */
async function endInput(
  cluster: Cluster,
  address: Address,
  tty: boolean,
  signal: AbortSignal,
): Promise<void> {
  const command = await cluster.attach({ ...address, stdin: true, stdout: true, stderr: !tty, tty, signal });
  try {
    if (tty) await command.send(Channel.stdin, EOT);
    else await command.endChannel(Channel.stdin);
    // Unread output would block the process.
    for await (const _ of command) signal.throwIfAborted();
  } finally {
    await command.close();
  }
}

function hasEnded(pod: Pod, { container }: Address): boolean {
  const { phase } = pod.status ?? {};
  return phase === 'Succeeded' || phase === 'Failed' || viewContainer(pod, container).phase === 'terminated';
}
