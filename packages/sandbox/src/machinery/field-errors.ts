import { StatusError, type FieldError } from './status-error.ts';
import { goQuote } from './go-quote.ts';

/*
 * Errors of an object's fields, in the words of a real API server. A path has the form that messages show:
 * `spec.containers[0].name`.
 */

/** The path of a field of the struct at `path`. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The path of an entry of the list at `path`. */
export function index(path: string, position: number): string {
  return `${path}[${position}]`;
}

/** The path of an entry of the map at `path`. */
export function key(path: string, name: string): string {
  return `${path}[${name}]`;
}

export function required(path: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', message: withDetail('Required value', detail), field: path };
}

/** `value` is shown as JSON, or quoted if it is a string. */
export function invalid(path: string, value: unknown, detail: string): FieldError {
  const message = withDetail(`Invalid value: ${shown(value)}`, detail);
  return { reason: 'FieldValueInvalid', message, field: path };
}

export function duplicate(path: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}`, field: path };
}

export function forbidden(path: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail), field: path };
}

export function notFound(path: string, value: unknown, detail = ''): FieldError {
  return {
    reason: 'FieldValueNotFound',
    message: withDetail(`Not found: ${shown(value)}`, detail),
    field: path,
  };
}

export function notSupported(path: string, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map(goQuote).join(', ');
  const detail = supported.length === 0 ? '' : `supported values: ${values}`;
  return {
    reason: 'FieldValueNotSupported',
    message: withDetail(`Unsupported value: ${shown(value)}`, detail),
    field: path,
  };
}

export function tooLong(path: string, maximum: number): FieldError {
  return {
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${maximum} bytes`,
    field: path,
  };
}

export function tooMany(path: string, actual: number, maximum: number): FieldError {
  const unit = maximum === 1 ? 'item' : 'items';
  return {
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${maximum} ${unit}`,
    field: path,
  };
}

function withDetail(message: string, detail: string): string {
  return detail === '' ? message : `${message}: ${detail}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value);
}

/**
 * The 422 response for an object with invalid fields.
 *
 * Like a real server, the message names equal errors once, and the causes list all of them.
 */
export function invalidObject(
  group: string,
  kind: string,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const text = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${qualified} "${name}" is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes: errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field })),
  });
}
