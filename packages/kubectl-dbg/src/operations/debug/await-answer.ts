import { pause } from '../../base/timer.ts';

/** How long (ms) to wait for the response to a write after an interruption before a message is shown. */
const SILENT_MS = 200;

/** The maximum (ms); then the write is abandoned, and its object is searched for. */
export const ANSWER_GRACE_MS = 1_000;

/**
 * Waits for a write. After `signal` is aborted it waits a moment longer for the response, because it is unknown whether
 * the object was created. Throws the signal's reason once it is aborted, with or without a response.
 *
 * @param send sends the write, until its signal is aborted
 * @param onAnswer called with the response, even if it is late
 * @param onUnanswered called when the user waits for a pending response
 */
export async function awaitAnswer<T>(
  send: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  onAnswer: (answer: T) => void,
  onUnanswered: () => void,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const sent = send(own.signal).then((answer) => {
    onAnswer(answer);
    return answer;
  });
  const aborted = new Promise<'aborted'>((resolve) => {
    signal.addEventListener('abort', () => resolve('aborted'), { once: true, signal: own.signal });
  });
  try {
    const first = await Promise.race([sent, aborted]);
    if (first !== 'aborted') {
      signal.throwIfAborted();
      return first;
    }
    const answered = sent.then(
      () => true,
      (error: unknown) => {
        throw error;
      },
    );
    if ((await Promise.race([answered, pause(SILENT_MS)])) !== true) {
      onUnanswered();
      await Promise.race([answered, pause(ANSWER_GRACE_MS - SILENT_MS)]);
    }
    throw signal.reason;
  } finally {
    sent.catch(() => undefined);
    own.abort(signal.reason);
  }
}
