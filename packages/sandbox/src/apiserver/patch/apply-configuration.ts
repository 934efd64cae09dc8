import { decode, DecodeError } from '../../resources/schema/decode.ts';
import { badRequest } from '../../machinery/errors.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { readYaml, YamlError } from '../codecs/read-yaml.ts';
import type { PatchTarget } from './apply-patch.ts';
import { type Json, type JsonObject, isObject } from './element-order.ts';

/**
 * The configuration of a server-side apply: an object of the target's version and kind. Throws StatusError 400, and, like a
 * real server, 500 if it does not match the schema.
 */
export function readConfiguration(text: string, target: PatchTarget): JsonObject {
  const configuration = parse(text);
  const {
    apiVersion = '',
    kind = '',
    metadata,
  } = configuration as { apiVersion?: string; kind?: string } & JsonObject;
  if (apiVersion !== target.apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${apiVersion}, expected: ${target.apiVersion}`,
    );
  }
  if (isObject(metadata) && (metadata['managedFields'] ?? null) !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const type = `${group}/${version}, Kind=${kind}`;
  const why = kind === '' ? `no corresponding type for ${type}` : typeProblem(configuration, target);
  if (why === undefined) return configuration;
  const { namespace = '', name = '' } = (isObject(metadata) ? metadata : {}) as {
    namespace?: string;
    name?: string;
  };
  throw new StatusError(
    500,
    '',
    `failed to create typed patch object (${namespace}/${name}; ${type}): ${why}`,
  );
}

function parse(text: string): JsonObject {
  try {
    const value = readYaml(text).value as Json | undefined;
    if (value === null || value === undefined) return {};
    if (isObject(value)) return value;
    const given = Array.isArray(value) ? 'array' : typeof value;
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${given} into Go value of type map[string]interface {}`,
    );
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
  }
}

function typeProblem(configuration: JsonObject, { schema }: PatchTarget): string | undefined {
  if (schema === undefined) return undefined;
  try {
    const problems = decode(schema, configuration, 'json').unknownFields.map(
      (field) => `.${byName(field, configuration)}: field not declared in schema`,
    );
    if (problems.length < 2) return problems[0];
    return `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  } catch (error) {
    // Decoding the patched object will fail as well.
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** A path with names of list items instead of indices, where items have names. */
function byName(path: string, document: JsonObject): string {
  let value: Json | undefined = document;
  let shown = '';
  for (const [part, field, index] of path.matchAll(/\.?([^.[\]]+)|\[(\d+)\]/g)) {
    if (index === undefined) {
      value = isObject(value) ? value[field ?? ''] : undefined;
      shown += part;
      continue;
    }
    value = Array.isArray(value) ? value[Number(index)] : undefined;
    const name = isObject(value) ? value['name'] : undefined;
    shown += typeof name === 'string' ? `[name=${JSON.stringify(name)}]` : part;
  }
  return shown;
}
