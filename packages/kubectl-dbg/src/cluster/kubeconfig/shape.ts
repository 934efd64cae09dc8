import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';

type Check = (value: unknown, at: string) => void;

/** Thrown inside, so that the reader can put file and entry in front. */
export class ShapeError extends Error {}

/** Checks that hold what a kubeconfig field may be; null counts as absent, as Go's decoder has it. */
export const text: Check = (value, at) => expect(typeof value === 'string', at, 'a text', value);
export const flag: Check = (value, at) => expect(typeof value === 'boolean', at, 'true or false', value);

export function listOf(item: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return expect(false, at, 'a list', value);
    for (const [index, entry] of value.entries()) item(entry, `${at}[${index}]`);
  };
}

export function mapOf(item: Check): Check {
  return (value, at) => {
    if (!isRecord(value)) return expect(false, at, 'a map', value);
    for (const [key, entry] of Object.entries(value)) item(entry, `${at}.${key}`);
  };
}

/** Fields that are not in `fields` are let pass: newer files must still be readable. */
export function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (!isRecord(value)) return expect(false, at, 'a map', value);
    for (const [key, check] of Object.entries(fields)) {
      const field = value[key];
      if (field === null) delete value[key];
      else if (field !== undefined) check(field, at === '' ? key : `${at}.${key}`);
    }
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mistake in a configuration file: one line that names the file; values are never quoted, they may be secret. */
export function configurationError(
  file: string,
  problem: string,
  remedy?: string,
  cause?: unknown,
): DbgError {
  return new DbgError('configuration', `kubeconfig ${sanitise(file)}: ${sanitise(problem)}`, {
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function expect(holds: boolean, at: string, what: string, value: unknown): void {
  if (!holds) throw new ShapeError(`${at} must be ${what}, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'a map';
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${typeof value}`;
  }
}
