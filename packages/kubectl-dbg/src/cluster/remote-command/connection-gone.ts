import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';

/** The error of a write to a remote command whose connection is no more. */
export function connectionGone(why: string | undefined): DbgError {
  const suffix = why === undefined ? '' : `: ${sanitise(why)}`;
  return new DbgError('lost', `the connection to the container is closed${suffix}`);
}
