import { StatusError } from '../../machinery/status-error.ts';

/*
 * A real server checks media types in two layers with different messages: first the router, which knows what each path
 * consumes and produces, then the handlers, which also parse parameters.
 */

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;

/** Media types that object paths produce. */
export const PRODUCES_OBJECTS: readonly string[] = OBJECT_TYPES;
/** Media types that list paths produce, including watches. */
export const PRODUCES_LISTS: readonly string[] = [
  ...OBJECT_TYPES,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
/** Media types that the log path produces. */
export const PRODUCES_LOGS: readonly string[] = ['text/plain', ...OBJECT_TYPES];

/** Throws 406 if no clause of an `Accept` header matches what the path produces; parameters are ignored. */
export function routeAccept(accept: string | undefined, produces: readonly string[]): void {
  if (accept === undefined || accept === '') return;
  const types = accept.split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
  if (types.some((type) => type === '*/*' || produces.includes(type))) return;
  const message = `406: Not Acceptable\n\nAvailable representations: ${produces.join(', ')}`;
  throw new StatusError(406, 'NotAcceptable', message, {});
}

/** Throws 415 for a content type that the path does not consume. */
export function routeContentType(contentType: string | undefined, consumes: readonly string[]): void {
  const types = (contentType ?? '').split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
  if (types.some((type) => consumes.includes(type))) return;
  throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}
