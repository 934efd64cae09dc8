import type { Status, StatusCause, StatusDetails } from 'kubectl-dbg-wire';

/** A failure for which the API server responds with a `Status` object and its HTTP status code. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** Extra response headers, such as Retry-After or Allow. */
  readonly headers: Record<string, string>;
  /** The continue token of a failed list. */
  metadata: { continue?: string } = {};

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** An invalid field of an object, in the words of `field.Error`; `message` excludes the field's path. */
export type FieldError = Required<StatusCause>;
