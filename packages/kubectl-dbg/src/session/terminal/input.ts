import { Channel, encodeResize, type TerminalSize } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../../cluster/types.ts';
import type { InputStream } from '../../model/world.ts';
import type { DetachKeys } from './detach-keys.ts';

/** How reading the user's input ended. */
export type InputEnd =
  | { kind: 'end-of-input' }
  | { kind: 'detached' }
  /** The session ended first. */
  | { kind: 'stopped' }
  /** Reading failed: the received part is incomplete. `why` completes "cannot read stdin: ". */
  | { kind: 'unreadable'; why: string };

/**
 * Sends typed or piped input, as fast as the connection accepts it, until the input ends, the detach keys are typed, or
 * `signal` is aborted. Signals the end of input if the protocol can; never after a read error, since the command would
 * take the part for complete input. Rejects if the connection breaks.
 */
export async function sendInput(
  stdin: InputStream,
  command: Pick<RemoteCommand, 'send' | 'endChannel'>,
  keys: DetachKeys | undefined,
  signal: AbortSignal,
): Promise<InputEnd> {
  for await (const chunk of chunksOf(stdin, signal)) {
    const typed = keys === undefined ? { send: chunk, detached: false } : keys.type(chunk);
    if (typed.send.length > 0) await command.send(Channel.stdin, typed.send);
    if (typed.detached) return { kind: 'detached' };
  }
  if (signal.aborted) return { kind: 'stopped' };
  if (!stdin.readableEnded) return { kind: 'unreadable', why: readingFailure(stdin.errored) };
  await command.endChannel(Channel.stdin);
  return { kind: 'end-of-input' };
}

const FAILURES: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  ENOENT: 'no such file or directory',
  EIO: 'input/output error',
  EACCES: 'permission denied',
  EBADF: 'it is not open',
  EAGAIN: 'it is not ready, and does not say when it will be',
  ECONNRESET: 'its connection was reset',
};

/** Why reading failed, as text; null: the stream was closed before its end. */
export function readingFailure(error: Error | null): string {
  if (error === null) return 'it was closed before its end';
  const { code = '' } = error as NodeJS.ErrnoException;
  return FAILURES[code] ?? error.message;
}

/**
 * Sends the terminal's size. First one larger, then the real one: an existing process then gets a change and redraws its
 * screen (a shell its prompt), which no log contains.
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

/** The chunks of the input; leaves the stream usable (not destroyed) when it is stopped early. */
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
