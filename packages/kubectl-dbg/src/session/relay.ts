import type { Writable } from 'node:stream';
import { Channel, commandEnd, type CommandEnd, decodeStatus } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';
import { writeTo } from './output/sink.ts';

/** What came over an exec. */
export interface Relayed {
  stdout: number;
  stderr: number;
  /** What the error channel said; undefined if it said nothing: then the end is not known. */
  end: CommandEnd | undefined;
}

/** Writes all that a remote command sends to the outputs, no faster than they take it. */
export async function relayOutput(
  command: RemoteCommand,
  stdout: Writable,
  stderr: Writable,
): Promise<Relayed> {
  const relayed: Relayed = { stdout: 0, stderr: 0, end: undefined };
  for await (const frame of command) {
    if (frame.kind !== 'data') continue;
    if (frame.channel === Channel.error) relayed.end = commandEnd(decodeStatus(frame.data));
    if (frame.channel !== Channel.stdout && frame.channel !== Channel.stderr) continue;
    const stream = frame.channel === Channel.stdout ? 'stdout' : 'stderr';
    relayed[stream] += frame.data.length;
    if (!(await writeTo(stream === 'stdout' ? stdout : stderr, frame.data))) break;
  }
  return relayed;
}
