import type { Writable } from 'node:stream';
import { Channel, commandEnd, type CommandEnd, decodeStatus, type Frame } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../../cluster/types.ts';
import { type Clock, REAL_CLOCK } from './clock.ts';
import { writeTo } from './sink.ts';

/**
 * After the command's exit is reported, the streams may be silent for this time (ms), and last no longer than the limit:
 * a background process may hold them open for as long as it likes.
 */
const QUIET_MS = 300;
const LIMIT_MS = 2_000;

/** The result of an exec. */
export interface Relayed {
  stdout: number;
  stderr: number;
  /** The status on the error channel; undefined if there was none: then the exit is unknown. */
  end: CommandEnd | undefined;
  /** Everything was written; false if an output was closed. */
  complete: boolean;
}

/**
 * Writes everything that a remote command sends to the outputs, no faster than they accept it, until it ends. If `signal`
 * is aborted, which stops the command, it does not wait.
 */
export async function relayOutput(
  command: RemoteCommand,
  stdout: Writable,
  stderr: Writable,
  clock: Clock = REAL_CLOCK,
  signal?: AbortSignal,
): Promise<Relayed> {
  const relayed: Relayed = { stdout: 0, stderr: 0, end: undefined, complete: true };
  const frames = command[Symbol.asyncIterator]();
  let told: number | undefined;
  for (;;) {
    const limit = told === undefined ? undefined : Math.min(QUIET_MS, told + LIMIT_MS - clock.now());
    const frame = await nextFrame(frames, limit, clock);
    if (frame === undefined) return relayed;
    if (frame.kind !== 'data') continue;
    if (frame.channel === Channel.error) {
      relayed.end = commandEnd(decodeStatus(frame.data));
      told = clock.now();
    }
    if (frame.channel !== Channel.stdout && frame.channel !== Channel.stderr) continue;
    const stream = frame.channel === Channel.stdout ? 'stdout' : 'stderr';
    relayed[stream] += frame.data.length;
    if (!(await writeTo(stream === 'stdout' ? stdout : stderr, frame.data, signal))) {
      return { ...relayed, complete: false };
    }
  }
}

/** The next frame; undefined at the end, or after `limit` ms. */
async function nextFrame(
  frames: AsyncIterator<Frame>,
  limit: number | undefined,
  clock: Clock,
): Promise<Frame | undefined> {
  const next = frames.next().then((result) => (result.done === true ? undefined : result.value));
  if (limit === undefined) return await next;
  let cancel = () => {};
  const late = new Promise<undefined>((resolve) => (cancel = clock.after(limit, () => resolve(undefined))));
  return await Promise.race([next, late]).finally(cancel);
}
