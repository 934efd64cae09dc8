import { Channel, type TerminalSize } from 'kubectl-dbg-wire';
import { encodeResize, MAX_DATA_BYTES } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';
import type { InputStream } from '../world.ts';
import type { DetachKeys } from './detach-keys.ts';

/** How reading the user's input ended. */
export type InputEnd = 'end-of-input' | 'detached' | 'stopped';

/**
 * Sends what the user types or pipes in, as fast as the connection takes it, until the input ends, the detach keys
 * are typed, or `signal` is aborted. Signals the end of input where the protocol can.
 */
export async function sendInput(
  stdin: InputStream,
  command: Pick<RemoteCommand, 'send' | 'endChannel'>,
  keys: DetachKeys | undefined,
  signal: AbortSignal,
): Promise<InputEnd> {
  for await (const chunk of chunksOf(stdin, signal)) {
    const typed = keys === undefined ? { send: chunk, detached: false } : keys.type(chunk);
    for (let at = 0; at < typed.send.length; at += MAX_DATA_BYTES) {
      await command.send(Channel.stdin, typed.send.subarray(at, at + MAX_DATA_BYTES));
    }
    if (typed.detached) return 'detached';
  }
  if (signal.aborted) return 'stopped';
  await command.endChannel(Channel.stdin);
  return 'end-of-input';
}

/**
 * Tells the terminal's size. Sent first one larger, then true: a process that is there already gets a change and
 * draws its screen again (a shell its prompt), which no log can bring.
 */
export async function sendSize(
  command: Pick<RemoteCommand, 'send'>,
  size: TerminalSize,
  redraw: boolean,
): Promise<void> {
  if (redraw) {
    const larger = { width: size.width + 1, height: size.height + 1 };
    await command.send(Channel.resize, encodeResize(larger));
  }
  await command.send(Channel.resize, encodeResize(size));
}

/** The input's chunks; leaves the stream usable (not destroyed) when it is stopped early. */
async function* chunksOf(stdin: InputStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let wake: (() => void) | undefined;
  const ring = () => wake?.();
  const events = ['readable', 'end', 'error', 'close'] as const;
  for (const event of events) stdin.on(event, ring);
  signal.addEventListener('abort', ring, { once: true });
  try {
    while (!signal.aborted) {
      const chunk = stdin.read() as Uint8Array | string | null;
      if (chunk !== null) {
        yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        continue;
      }
      if (stdin.readableEnded || stdin.destroyed || stdin.errored !== null) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      wake = undefined;
    }
  } finally {
    for (const event of events) stdin.off(event, ring);
    signal.removeEventListener('abort', ring);
    stdin.pause();
  }
}
