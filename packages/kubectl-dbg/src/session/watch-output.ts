import { Channel, type Frame } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';

/** The same command, which reports each piece of output before it passes it on. */
export function watchOutput(
  command: RemoteCommand,
  onOutput: (channel: typeof Channel.stdout | typeof Channel.stderr) => void,
): RemoteCommand {
  return {
    subprotocol: command.subprotocol,
    canHalfClose: command.canHalfClose,
    closed: command.closed,
    send: (channel, data) => command.send(channel, data),
    endChannel: (channel) => command.endChannel(channel),
    close: () => command.close(),
    async *[Symbol.asyncIterator](): AsyncGenerator<Frame> {
      for await (const frame of command) {
        if (frame.kind === 'data' && frame.data.length > 0) {
          const { channel } = frame;
          if (channel === Channel.stdout || channel === Channel.stderr) onOutput(channel);
        }
        yield frame;
      }
    },
  };
}
