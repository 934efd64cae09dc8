import { Channel, commandEnd, type CommandEnd, decodeStatus } from 'kubectl-dbg-wire';
import { abortable } from '../base/abortable.ts';
import type { Cluster } from '../cluster/types.ts';
import type { Address } from '../model/plan.ts';

/**
 * Runs a short command in a container by exec, and returns how it ended; undefined if that is unknown. Throws the error
 * if it can't be run.
 */
export async function runBeside(
  cluster: Pick<Cluster, 'exec'>,
  address: Address,
  command: readonly string[],
  signal: AbortSignal,
): Promise<CommandEnd | undefined> {
  const streams = { stdin: false, stdout: true, stderr: true, tty: false };
  const over = new AbortController();
  try {
    const running = await cluster.exec({
      ...address,
      ...streams,
      command,
      signal: AbortSignal.any([signal, over.signal]),
    });
    // Unread output would delay the end of the stream.
    const read = async () => {
      for await (const frame of running) {
        if (frame.kind === 'data' && frame.channel === Channel.error)
          return commandEnd(decodeStatus(frame.data));
      }
      return undefined;
    };
    return await abortable(read(), signal);
  } finally {
    over.abort();
  }
}

/** Terminates the process of a container that only sleeps (`--via exec`), by a command that runs in it. */
export async function endSleeper(
  cluster: Pick<Cluster, 'exec'>,
  address: Address,
  command: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await runBeside(cluster, address, command, signal);
}
