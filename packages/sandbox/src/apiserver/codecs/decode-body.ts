import type { StructSchema } from '../../resources/schema/types.ts';
import { decode, DecodeError } from '../../resources/schema/decode.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest } from '../../machinery/errors.ts';
import { stored } from '../read/events-conversion.ts';
import type { WriteOptions } from '../options.ts';
import { kindProblem } from './object-kind.ts';
import type { Body } from './read-body.ts';
import { warningsOf } from './strict-errors.ts';

/**
 * Decodes a body to an object of a resource, and checks kind and version. `fieldValidation` determines whether unknown and
 * duplicate fields cause warnings or an error, or are ignored.
 */
export function decodeObject(
  { value, strictErrors }: Body,
  resource: Pick<Resource, 'group' | 'kind' | 'apiVersion'>,
  schema: StructSchema | undefined,
  options: Pick<WriteOptions, 'fieldValidation'>,
  warn: (text: string) => void,
): KubeObject {
  checkKind(value, resource);
  const given = stored(resource, {
    metadata: {},
    ...value,
    kind: resource.kind,
    apiVersion: resource.apiVersion,
  });
  if (schema === undefined) return structuredClone(given);
  try {
    const { value: object, unknownFields } = decode(schema, given, 'json');
    report(strictErrors(unknownFields), resource, options, warn);
    return object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(resource, resource, error.message);
    throw error;
  }
}

/** Warns about strict decoding errors, or refuses them. */
function report(
  problems: readonly string[],
  resource: Pick<Resource, 'kind' | 'apiVersion'>,
  { fieldValidation }: Pick<WriteOptions, 'fieldValidation'>,
  warn: (text: string) => void,
): void {
  if (problems.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Strict') {
    throw cannotBeHandled(resource, resource, `strict decoding error: ${problems.join(', ')}`);
  }
  for (const text of problems.flatMap(warningsOf)) warn(text);
}

function checkKind(
  { kind = '', apiVersion = '' }: Partial<Pick<KubeObject, 'kind' | 'apiVersion'>>,
  resource: Pick<Resource, 'group' | 'kind' | 'apiVersion'>,
): void {
  const problem = kindProblem({ kind, apiVersion }, resource);
  const given = {
    kind: kind === '' ? resource.kind : kind,
    apiVersion: apiVersion === '' ? resource.apiVersion : apiVersion,
  };
  if (problem !== undefined) throw cannotBeHandled(given, resource, problem);
  if (given.apiVersion === resource.apiVersion) return;
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
  );
}

function cannotBeHandled(
  given: { kind: string; apiVersion: string },
  { kind }: Pick<Resource, 'kind'>,
  why: string,
): Error {
  const version = given.apiVersion.split('/').at(-1) ?? '';
  return badRequest(`${given.kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}
