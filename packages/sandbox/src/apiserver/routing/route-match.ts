import { StatusError } from '../../machinery/status-error.ts';

/*
 * A real server has two layers that look at media types, with words of their own: the router, which knows what each
 * path can take and give, and behind it the handlers, which read parameters as well.
 */

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

/** What paths of objects can answer with. */
export const PRODUCES_OBJECTS: readonly string[] = OBJECT_TYPES;
/** What paths of lists can answer with, which may be watches. */
export const PRODUCES_LISTS: readonly string[] = [
  ...OBJECT_TYPES,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
/** What the path of a log can answer with. */
export const PRODUCES_LOGS: readonly string[] = ['text/plain', ...OBJECT_TYPES];

/** Throws 406 where no clause of an `Accept` header names what the path produces; parameters are not looked at. */
export function routeAccept(accept: string | undefined, produces: readonly string[]): void {
  if (accept === undefined || accept === '') return;
  const types = accept.split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
  if (types.some((type) => type === '*/*' || produces.includes(type))) return;
  const message = `406: Not Acceptable\n\nAvailable representations: ${produces.join(', ')}`;
  throw new StatusError(406, 'NotAcceptable', message, {});
}

/** Throws 415 for a body of a type that the path does not take. */
export function routeContentType(contentType: string | undefined, consumes: readonly string[]): void {
  const types = (contentType ?? '').split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
  if (types.some((type) => consumes.includes(type))) return;
  throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}
