import { DbgError } from '../../model/failure.ts';

/** A server reports more objects than any cluster has: the list is aborted. */
export function tooMany(server: string): DbgError {
  return new DbgError('protocol', 'AnswerTooLarge', `the server ${server} reports too many objects`, {
    server,
  });
}
