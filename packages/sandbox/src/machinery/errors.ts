import { StatusError } from './status-error.ts';
import { type GroupResource, qualifiedName } from './group-resource.ts';

/** Seconds a client should wait before it tries again. */
const RETRY_AFTER_SECONDS = 1;

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualifiedName(resource)} "${name}" not found`,
    detailsOf(resource, name),
  );
}

/** A path below a served group version that names no resource. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function notAcceptable(message: string): StatusError {
  return new StatusError(406, 'NotAcceptable', message);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const list = accepted.join(', ');
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${list}`,
  );
}

/** The response to a write with an old resourceVersion. */
export function conflict(resource: GroupResource, name: string): StatusError {
  return conflictBecause(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function conflictBecause(resource: GroupResource, name: string, why: string): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );
}

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const subject = name === '' ? qualifiedName(resource) : `${qualifiedName(resource)} "${name}"`;
  return new StatusError(403, 'Forbidden', `${subject} is forbidden: ${why}`, detailsOf(resource, name));
}

export function internalError(message: string): StatusError {
  const text = `Internal error occurred: ${message}`;
  return new StatusError(500, 'InternalError', text, { causes: [{ message }] });
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

/** The response to a read at a resourceVersion that the server has not reached. */
export function tooLargeResourceVersion(asked: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
    { 'retry-after': String(RETRY_AFTER_SECONDS) },
  );
}

function detailsOf(
  { plural, group }: GroupResource,
  name: string,
): { name?: string; group?: string; kind: string } {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural };
}
