import type { Frame } from 'kubectl-dbg-wire';
import { Channel } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';
import type { OutputStream } from '../world.ts';
import { pauseFor } from './connection.ts';
import { sendSize } from './input.ts';
import { terminalSize } from './terminal.ts';

/**
 * When (ms after the last time) the size is told again as long as nothing has come: a shell that was just starting
 * may have printed its prompt, which no log shows, before it listened to size changes.
 */
const AGAIN_MS = [300, 700, 2_000];

/**
 * The same command, with the terminal's size told to it: at once, and again until its first output. Each time it is
 * told one larger first, so that whatever is there already draws its screen, or its prompt, anew.
 */
export function redrawing(command: RemoteCommand, output: OutputStream, signal: AbortSignal): RemoteCommand {
  const shown = new AbortController();
  void command.closed.then(() => shown.abort());
  void nudge(command, output, AbortSignal.any([signal, shown.signal])).catch(() => undefined);
  return {
    subprotocol: command.subprotocol,
    canHalfClose: command.canHalfClose,
    closed: command.closed,
    send: (channel, data) => command.send(channel, data),
    endChannel: (channel) => command.endChannel(channel),
    close: () => command.close(),
    async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
      for await (const frame of command) {
        if (frame.kind === 'data' && frame.channel === Channel.stdout && frame.data.length > 0) shown.abort();
        yield frame;
      }
    },
  };
}

async function nudge(command: RemoteCommand, output: OutputStream, done: AbortSignal): Promise<void> {
  for (const pause of [0, ...AGAIN_MS]) {
    if (pause > 0) await pauseFor(pause, done);
    const size = terminalSize(output);
    if (done.aborted || size === undefined) return;
    await sendSize(command, size, true);
  }
}
