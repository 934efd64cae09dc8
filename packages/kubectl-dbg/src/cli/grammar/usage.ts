import { DbgError } from '../../errors.ts';

/** A refusal of the command line. */
export function usage(message: string, remedy?: string): DbgError {
  return new DbgError('usage', message, remedy === undefined ? {} : { remedy });
}
