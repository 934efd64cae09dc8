import { DbgError } from '../../model/failure.ts';
import { sanitise } from '../../base/sanitise.ts';

/** The error of a write to a remote command whose connection is closed. */
export function connectionGone(why: string | undefined): DbgError {
  const suffix = why === undefined ? '' : `: ${sanitise(why)}`;
  return new DbgError('lost', 'ConnectionClosed', `the connection to the container is closed${suffix}`);
}
