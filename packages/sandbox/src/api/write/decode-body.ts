import { load } from 'js-yaml';
import type { StructSchema } from '../../resources/schema/types.ts';
import { decode, DecodeError } from '../../resources/schema/decode.ts';
import type { KubeObject } from '../../store/types.ts';
import { GROUP_VERSIONS, type Resource } from '../discovery/resource-table.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import { stored } from '../events-conversion.ts';
import type { Exchange } from '../exchange.ts';
import type { WriteOptions } from '../options.ts';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE, ProtobufError } from '../protobuf/index.ts';
import { goPackage } from '../kinds.ts';
import { goJsonError } from './go-json-error.ts';

const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;
/** Where the real server keeps its scheme, which its message for an unknown kind names. */
const SCHEME = 'pkg/api/legacyscheme/scheme.go:30';
/** A bad body is shown in the message up to this many bytes. */
const SHOWN_BYTES = 30;

/** The body of a request as a plain value, of JSON or YAML. Throws StatusError 415 and 400. */
export async function readBody(exchange: Exchange, kind: string): Promise<unknown> {
  const type = (exchange.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  const bytes = await exchange.body();
  if (type === PROTOBUF_MEDIA_TYPE) return readProtobuf(bytes, kind);
  if (type !== 'application/json' && type !== 'application/yaml' && type !== '*/*') {
    throw unsupportedMediaType(BODY_TYPES);
  }
  const text = bytes.toString('utf8');
  if (type === 'application/yaml') return parseYaml(text, bytes, kind);
  const problem = goJsonError(text);
  if (problem !== undefined) throw unrecognized(kind, problem, bytes);
  return JSON.parse(text);
}

function parseYaml(text: string, bytes: Buffer, kind: string): unknown {
  try {
    return load(text);
  } catch (error) {
    throw unrecognized(kind, error instanceof Error ? error.message : String(error), bytes);
  }
}

function unrecognized(kind: string, problem: string, bytes: Buffer): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${shownBytes(bytes)})`,
  );
}

function readProtobuf(bytes: Buffer, kind: string): unknown {
  try {
    return decodeProtobuf(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${error.message}`);
  }
}

/**
 * An object of that resource out of a body's value: checked for its kind and version, decoded by its schema.
 * Unknown fields warn, are refused or passed over, as `fieldValidation` says.
 */
export function decodeObject(
  value: unknown,
  resource: Pick<Resource, 'group' | 'kind' | 'apiVersion'>,
  schema: StructSchema | undefined,
  options: Pick<WriteOptions, 'fieldValidation'>,
  warn: (text: string) => void,
): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const shown = Buffer.from(JSON.stringify(value) ?? '');
    const problem = `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
    throw unrecognized(resource.kind, problem, shown);
  }
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
    reportUnknownFields(unknownFields, resource, options, warn);
    return object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw cannotBeHandled(resource, resource, error.message);
    throw error;
  }
}

/** Warns of fields of a body that the schema lacks, or refuses them. */
function reportUnknownFields(
  fields: readonly string[],
  resource: Pick<Resource, 'kind' | 'apiVersion'>,
  { fieldValidation }: Pick<WriteOptions, 'fieldValidation'>,
  warn: (text: string) => void,
): void {
  if (fields.length === 0 || fieldValidation === 'Ignore') return;
  const problems = fields.map((field) => `unknown field "${field}"`);
  if (fieldValidation === 'Strict') {
    throw cannotBeHandled(resource, resource, `strict decoding error: ${problems.join(', ')}`);
  }
  for (const problem of problems) warn(problem);
}

function checkKind(
  { kind, apiVersion }: Partial<KubeObject>,
  resource: Pick<Resource, 'group' | 'kind' | 'apiVersion'>,
): void {
  if (
    (kind ?? resource.kind) === resource.kind &&
    (apiVersion ?? resource.apiVersion) === resource.apiVersion
  ) {
    return;
  }
  const given = { kind: kind ?? resource.kind, apiVersion: apiVersion ?? resource.apiVersion };
  const version = given.apiVersion.split('/').at(-1) ?? '';
  if (!isRegistered(given)) {
    const why = `no kind "${given.kind}" is registered for version "${given.apiVersion}" in scheme "${SCHEME}"`;
    throw cannotBeHandled(given, resource, why);
  }
  if (given.kind === resource.kind) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${resource.apiVersion})`,
    );
  }
  const types = `(${version}.${given.kind}) to (${goPackage(resource.group)}.${resource.kind})`;
  throw cannotBeHandled(given, resource, `converting ${types}: unknown conversion`);
}

function isRegistered({ kind, apiVersion }: { kind: string; apiVersion: string }): boolean {
  return GROUP_VERSIONS.some(
    (one) => one.apiVersion === apiVersion && one.resources.some((resource) => resource.kind === kind),
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

/** The beginning of a body: as text if it is an object, else in hexadecimal. */
function shownBytes(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, SHOWN_BYTES);
  const text = start.toString('latin1').startsWith('{') ? start.toString('utf8') : start.toString('hex');
  return bytes.length > SHOWN_BYTES ? `${text} ...` : text;
}
