import type { OpenFailure } from './open-failure.ts';

/** Why a session is over. */
export type EndReason =
  /** The container has terminated, or the exec has reported its command's end, and the output is delivered. */
  | { kind: 'delivered' }
  | { kind: 'detached' }
  /** Attach or exec could not be opened, or not reopened. */
  | { kind: 'not-opened'; failure: OpenFailure }
  /** The user's input can't be read: `why` completes "cannot read stdin: ". */
  | { kind: 'input-unreadable'; why: string }
  /** The connection broke while input was being sent: it is unknown how much of it arrived. */
  | { kind: 'input-cut' }
  /** All of the input was sent, and the container, which does not end with it (no `stdinOnce`), keeps running. */
  | { kind: 'input-ended' }
  /** The streams have ended, and the cluster does not report how the container terminated. */
  | { kind: 'end-unknown' }
  /** The pod can't be watched any more. */
  | { kind: 'pod-unknown'; error: unknown }
  /** The destination of the output was closed. */
  | { kind: 'output-closed'; error: Error | undefined }
  /** The caller's signal was aborted, with this reason. */
  | { kind: 'aborted'; reason: unknown };

/** The end of a session: whatever ends it is recorded here, and only the first reason counts. */
export class SessionEnd {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #onAbort: () => void;
  #reason: EndReason | undefined;

  /** `caller`: the signal of the caller. */
  constructor(caller: AbortSignal) {
    this.#caller = caller;
    this.#onAbort = () => this.end({ kind: 'aborted', reason: caller.reason });
    if (caller.aborted) this.#onAbort();
    else caller.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Aborted at the end: everything in the session lives as long as this signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined while the session continues. */
  get reason(): EndReason | undefined {
    return this.#reason;
  }

  end(reason: EndReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#caller.removeEventListener('abort', this.#onAbort);
    this.#controller.abort(new DOMException(`the session is over (${reason.kind})`, 'AbortError'));
  }
}
