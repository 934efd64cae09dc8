import type { Readable } from 'node:stream';
import { startTimer } from '../../base/timer.ts';

/**
 * Time limit for the body of a refused upgrade, in ms. The status already says that there is no stream: a slow message
 * must not delay the user.
 */
export const REFUSAL_BODY_MS = 2_000;

/** The body of a refused upgrade, as far as it arrives in time; then the connection is closed. Never throws. */
export async function* refusalBody(
  body: Readable,
  discard: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const cancel = startTimer(REFUSAL_BODY_MS, discard);
  signal?.addEventListener('abort', discard, { once: true });
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch {
    // Cut off, by us or by the server: the received part is enough.
  } finally {
    cancel();
    signal?.removeEventListener('abort', discard);
    discard();
  }
}
