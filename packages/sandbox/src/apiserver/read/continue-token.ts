import { posix } from 'node:path';
import { badRequest, expired } from '../../machinery/errors.ts';
import type { StatusError } from '../../machinery/status-error.ts';
import { goJsonError } from '../codecs/go-json-error.ts';

/** The position at which a list continues. */
export interface Continuation {
  /** The first possible key. */
  key: string;
  /** The resourceVersion of the list; -1 to continue with the current objects. */
  resourceVersion: number;
}

const VERSION = 'meta.k8s.io/v1';
const INCONSISTENT = -1;

export function writeContinueToken(start: string, rv: number): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv, start })).toString('base64url');
}

/** Throws StatusError 400 for an invalid token. */
export function readContinueToken(token: string): Continuation {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const problem = base64Error(token) ?? goJsonError(text);
  if (problem !== undefined) throw refuse(problem);
  const {
    v = '',
    rv = 0,
    start = '',
  } = (JSON.parse(text) ?? {}) as { v?: string; rv?: number; start?: string };
  if (v !== VERSION) throw refuse(`server does not recognize this encoded version ${JSON.stringify(v)}`);
  if (rv === 0) throw refuse(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === '') throw refuse(`encoded start key empty (version ${VERSION})`);
  const path = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(path) !== path) throw refuse(start);
  return { key: start, resourceVersion: rv };
}

/** The response to an expired token; it contains one to continue with the current objects. */
export function expiredToken(key: string): StatusError {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.metadata = { continue: writeContinueToken(key, INCONSISTENT) };
  return error;
}

function refuse(problem: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid: ${problem}`);
}

/** The error of Go's decoder for invalid base64url. */
function base64Error(text: string): string | undefined {
  const bad = /[^A-Za-z0-9_-]/.exec(text);
  // A final group of one character does not encode a byte.
  const position = bad?.index ?? (text.length % 4 === 1 ? text.length - 1 : undefined);
  return position === undefined ? undefined : `illegal base64 data at input byte ${position}`;
}
