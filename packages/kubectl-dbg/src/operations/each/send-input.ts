import { Channel } from 'kubectl-dbg-wire';
import type { Cluster, RemoteCommand } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';

/**
 * The arguments of a container whose command waits for a line on stdin, which is sent after attach is open: so attach
 * sees all output.
 */
export function behindGate(words: readonly string[]): string[] {
  return ['sh', '-c', 'read -r _; exec "$@"', 'sh', ...words];
}

/**
 * Sends the input to a container's stdin, and closes it. Output is not read here: the log has all of it. If attach fails
 * the command waits for input until its time is over, which its result says.
 */
export async function sendInput(
  cluster: Pick<Cluster, 'attach'>,
  address: Address,
  input: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  try {
    const streams = { stdin: true, stdout: true, stderr: true, tty: false };
    const command = await cluster.attach({ ...address, ...streams, signal });
    const sending = writeInput(command, input);
    // Frames are read to detect the end of the connection.
    for await (const _ of command) if (signal.aborted) break;
    await sending;
    await command.close();
  } catch {
    // the result reports it
  }
}

/** Writes all of the input and closes stdin. A command that does not read all of it does not need the rest. */
export async function writeInput(command: RemoteCommand, input: Uint8Array): Promise<void> {
  try {
    await command.send(Channel.stdin, input);
    await command.endChannel(Channel.stdin);
  } catch {
    // the reader reports the end of the connection
  }
}
