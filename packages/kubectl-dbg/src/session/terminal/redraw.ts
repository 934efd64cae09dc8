import { Channel } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../../cluster/types.ts';
import type { OutputStream } from '../../model/world.ts';
import { pauseOn } from '../pause-on.ts';
import { REAL_CLOCK } from '../stream/clock.ts';
import { watchOutput } from '../watch-output.ts';
import { sendSize } from './input.ts';
import { terminalSize } from './terminal.ts';

/**
 * When (ms after the previous time) the size is sent again while there is no output: a shell that was just starting may
 * have printed its prompt, which the log does not show, before it handled size changes.
 */
const AGAIN_MS = [300, 700, 2_000];

/**
 * The same command, to which the terminal's size is sent: at once, and again until its first output. Each time it is
 * first sent one larger, so that an existing program redraws its screen, or its prompt.
 */
export function redrawing(command: RemoteCommand, output: OutputStream, signal: AbortSignal): RemoteCommand {
  const shown = new AbortController();
  void command.closed.then(() => shown.abort());
  void nudge(command, output, AbortSignal.any([signal, shown.signal])).catch(() => undefined);
  return watchOutput(command, (channel) => {
    if (channel === Channel.stdout) shown.abort();
  });
}

async function nudge(command: RemoteCommand, output: OutputStream, done: AbortSignal): Promise<void> {
  for (const pause of [0, ...AGAIN_MS]) {
    if (pause > 0) await pauseOn(REAL_CLOCK, pause, done);
    const size = terminalSize(output);
    if (done.aborted || size === undefined) return;
    await sendSize(command, size, true);
  }
}
