/** A container could not be started; `reason` is the waiting reason in its status. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly reason: string;
  /** An Event with the reason and message was already recorded. */
  readonly reported: boolean;
  /** The earliest time for another attempt, if known. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, reported = false, retryAfterMs?: number) {
    super(message);
    this.reason = reason;
    this.reported = reported;
    this.retryAfterMs = retryAfterMs;
  }
}
