import { once } from 'node:events';
import { Channel, commandEnd, type CommandEnd, decodeStatus } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';
import type { OutputStream } from '../world.ts';

/** What came over an attach or exec. */
export interface Relayed {
  bytes: number;
  /** What the error channel said; undefined if it said nothing. */
  end: CommandEnd | undefined;
}

/** Writes all that a remote command sends to the outputs, no faster than they take it. */
export async function relayOutput(
  command: RemoteCommand,
  stdout: OutputStream,
  stderr: OutputStream,
): Promise<Relayed> {
  const relayed: Relayed = { bytes: 0, end: undefined };
  for await (const frame of command) {
    if (frame.kind !== 'data') continue;
    if (frame.channel === Channel.error) relayed.end = commandEnd(decodeStatus(frame.data));
    if (frame.channel !== Channel.stdout && frame.channel !== Channel.stderr) continue;
    relayed.bytes += frame.data.length;
    const output = frame.channel === Channel.stdout ? stdout : stderr;
    if (!output.write(frame.data)) await once(output, 'drain');
  }
  return relayed;
}
