import { posix } from 'node:path';
import { badRequest, expired } from '../../machinery/errors.ts';
import type { StatusError } from '../../machinery/status-error.ts';
import { goJsonError } from '../codecs/go-json-error.ts';

/** Where a list goes on. */
export interface Continuation {
  /** The first key that can follow. */
  key: string;
  /** The version of the list; -1 where it goes on with what there is now. */
  resourceVersion: number;
}

const VERSION = 'meta.k8s.io/v1';
const INCONSISTENT = -1;

export function writeContinueToken(start: string, rv: number): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv, start })).toString('base64url');
}

/** Throws StatusError 400 for what is no token. */
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

/** The answer to a token of a version that is forgotten; it holds one to go on with what there is now. */
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

/** What Go's decoder says of a text that is no base64 for URLs. */
function base64Error(text: string): string | undefined {
  const bad = /[^A-Za-z0-9_-]/.exec(text);
  // A last group of one letter is no byte.
  const position = bad?.index ?? (text.length % 4 === 1 ? text.length - 1 : undefined);
  return position === undefined ? undefined : `illegal base64 data at input byte ${position}`;
}
