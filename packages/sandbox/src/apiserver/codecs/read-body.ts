import { kindOf } from '../../resources/schema/decode-error.ts';
import { badRequest, unsupportedMediaType } from '../../machinery/errors.ts';
import type { Exchange } from '../exchange.ts';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE, ProtobufError } from './protobuf/index.ts';
import { goJsonError } from './go-json-error.ts';
import { readYaml, YamlError } from './read-yaml.ts';
import { strictErrors, unknownFieldErrors } from './strict-errors.ts';

const BODY_TYPES = ['application/json', 'application/yaml', PROTOBUF_MEDIA_TYPE] as const;
/** Number of bytes of an invalid body in the message. */
const SHOWN_BYTES = 30;
/** The Go type into which the server first decodes a body, as in its messages. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** An object that a client sent. */
export interface Body {
  value: Record<string, unknown>;
  /** The errors of a strict decoder, given the fields that are not in the schema. */
  strictErrors: (unknownFields: readonly string[]) => string[];
}

/** A body without a text. */
export function bodyOf(value: Record<string, unknown>): Body {
  return { value, strictErrors: unknownFieldErrors };
}

/** The body of a request in JSON, YAML or protobuf. Throws StatusError 415, and 400 if it is not an object. */
export async function readBody(exchange: Exchange, kind: string): Promise<Body> {
  const bytes = await exchange.body();
  const prefix = `the object provided is unrecognized (must be of type ${kind})`;
  return parseBody(bytes, exchange.headers['content-type'], (problem, isShown = true) =>
    badRequest(isShown ? `${prefix}: ${problem} (${shownBytes(bytes)})` : `${prefix}: ${problem}`),
  );
}

/** Creates the error for a body that is not an object; `isShown` is false if the message must not contain the body. */
type Refuse = (problem: string, isShown?: boolean) => Error;

/** Parses a body by content type. Throws StatusError 415, and the error of `refuse` if it is not an object. */
export function parseBody(bytes: Buffer, contentType: string | undefined, refuse: Refuse): Body {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/json':
      return readJsonBody(bytes.toString('utf8'), refuse);
    case 'application/yaml':
      return readYamlBody(bytes.toString('utf8'), refuse);
    case PROTOBUF_MEDIA_TYPE:
      return bodyOf(readProtobuf(bytes, refuse));
    default:
      throw unsupportedMediaType(BODY_TYPES);
  }
}

function readJsonBody(text: string, refuse: Refuse): Body {
  const problem = goJsonError(text);
  if (problem !== undefined) throw refuse(`couldn't get version/kind; json parse error: ${problem}`);
  const value = checkTypeMeta(JSON.parse(text), refuse);
  return { value, strictErrors: (unknownFields) => strictErrors(text, unknownFields) };
}

function readYamlBody(text: string, refuse: Refuse): Body {
  try {
    const { value, repeated } = readYaml(text);
    return {
      value: checkTypeMeta(value, refuse),
      strictErrors: (unknownFields) => [...repeated, ...unknownFieldErrors(unknownFields)],
    };
  } catch (error) {
    throw error instanceof YamlError ? refuse(error.message) : error;
  }
}

/** Checks kind and apiVersion, which the server decodes first. An empty body is an object without fields. */
function checkTypeMeta(value: unknown, refuse: Refuse): Record<string, unknown> {
  const unmarshal = (given: unknown, target: string): Error =>
    refuse(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${kindOf(given)} into Go ${target}`,
    );
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw unmarshal(value, `value of type ${TYPE_META}`);
  const given = value as Record<string, unknown>;
  for (const field of ['apiVersion', 'kind']) {
    const word = given[field] ?? '';
    if (typeof word !== 'string') throw unmarshal(word, `struct field .${field} of type string`);
  }
  const { apiVersion = '' } = given as { apiVersion?: string };
  if (apiVersion.split('/').length > 2) throw refuse(`unexpected GroupVersion string: ${apiVersion}`);
  return given;
}

function readProtobuf(bytes: Buffer, refuse: Refuse): Record<string, unknown> {
  try {
    return decodeProtobuf(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw refuse(error.message, false);
  }
}

/** The beginning of a body: as text if it is an object, otherwise in hexadecimal. */
function shownBytes(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, SHOWN_BYTES);
  const text = start.toString('latin1').startsWith('{') ? start.toString('utf8') : start.toString('hex');
  return bytes.length > SHOWN_BYTES ? `${text} ...` : text;
}
