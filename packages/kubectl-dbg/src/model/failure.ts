import type { MadeObject } from './event.ts';
import { ExitCode } from './exit-code.ts';
import type { FactsOf, FailureCode, KindOf } from './failures/index.ts';
import type { NoFacts } from './failures/meaning.ts';

export { ExitCode, SIGPIPE_EXIT, type FailureKind } from './exit-code.ts';

/** An object that a failure leaves in the cluster; `sure`: it exists, otherwise it may exist. */
export interface Remains {
  object: MadeObject;
  sure: boolean;
}

/** Options of an error besides its code. */
export interface FailureOptions {
  /** The original error. */
  cause?: unknown;
  remains?: Remains;
}

/** A failure as data: a code and its facts. */
export type Failure = { [C in FailureCode]: { code: C; facts: FactsOf<C> } }[FailureCode];

/** The failure of an error. */
export function failureOf({ code, facts }: DbgError): Failure {
  return { code, facts } as Failure;
}

/** Facts are optional if a code has none. */
type Rest<C extends FailureCode> =
  NoFacts extends FactsOf<C>
    ? [facts?: FactsOf<C>, options?: FailureOptions]
    : [facts: FactsOf<C>, options?: FailureOptions];

/**
 * The only error class for failures that a user can meet: the name of the exit code, a stable code with its facts
 * (docs/failures.md), and a message of one line. The message says what failed, on what and why. It names no flag, since
 * programs have none: the command line derives what to do next from code and facts. Any other error that reaches `main`
 * is a bug.
 */
export class DbgError<C extends FailureCode = FailureCode> extends Error {
  override readonly name = 'DbgError';
  readonly kind: KindOf<C>;
  readonly code: C;
  readonly facts: FactsOf<C>;
  readonly remains: Remains | undefined;

  constructor(kind: KindOf<C>, code: C, message: string, ...[facts, { cause, remains } = {}]: Rest<C>) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
    this.facts = facts ?? {};
    this.remains = remains;
  }

  /** Whether this is a failure with this code; narrows the type of its facts. */
  is<D extends FailureCode>(code: D): this is DbgError<D> {
    const own: FailureCode = this.code;
    return own === code;
  }

  get exitCode(): number {
    return ExitCode[this.kind];
  }
}
