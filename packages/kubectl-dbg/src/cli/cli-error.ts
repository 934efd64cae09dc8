import { DbgError } from '../model/failure.ts';
import type { CommandLineFailures } from '../model/failures/command-line.ts';
import type { KindOf } from '../model/failures/index.ts';

/** A failure of the command line itself: its message is the one that the user reads, including flags. */
export class CliError<C extends keyof CommandLineFailures> extends DbgError {
  /** What to do next, an imperative sentence without a full stop. */
  readonly remedy: string | undefined;

  constructor(kind: KindOf<C>, code: C, message: string, remedy?: string, cause?: unknown) {
    super(kind, code, message, {}, { cause });
    this.remedy = remedy;
  }
}

/** A usage error. */
export function usage(message: string, remedy?: string): CliError<'CommandLineInvalid'> {
  return new CliError('usage', 'CommandLineInvalid', message, remedy);
}
