import { DbgError } from '../model/failure.ts';

/** A server that can't be reached. */
export function unreachable(message: string, cause?: unknown): DbgError {
  const facts = { server: 'https://api:6443', why: 'ConnectionRefused' } as const;
  return new DbgError('unreachable', 'ServerUnreachable', message, facts, { cause });
}
