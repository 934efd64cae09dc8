/** A container was not started; `reason` is what its status will show while it waits. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly reason: string;
  /** The reason and message come with an event of their own already. */
  readonly reported: boolean;
  /** When trying again makes sense at the earliest, if that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, reported = false, retryAfterMs?: number) {
    super(message);
    this.reason = reason;
    this.reported = reported;
    this.retryAfterMs = retryAfterMs;
  }
}
