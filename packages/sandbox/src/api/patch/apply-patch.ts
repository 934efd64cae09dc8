import { load } from 'js-yaml';
import { applyPatch as applyJsonPatch, type Operation } from 'rfc6902';
import { goPrint } from '../../resources/go-quote.ts';
import { invalid } from '../../resources/field-errors.ts';
import { invalidObject } from '../../resources/field-errors.ts';
import { decode, DecodeError } from '../../resources/schema/decode.ts';
import type { StructSchema } from '../../resources/schema/types.ts';
import type { KubeObject } from '../../store/types.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import { StatusError } from '../status-error.ts';
import { type Json, type JsonObject, isObject } from './element-order.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
export type PatchType = (typeof PATCH_TYPES)[number];

/** A patch that was read and can be applied to any copy of its object. */
export interface ReadPatch {
  type: PatchType;
  /** Gives the patched object and the paths of fields that the schema lacks. */
  apply(current: KubeObject): { object: KubeObject; unknownFields: string[] };
  /** The patch itself, where it is an object. */
  document: JsonObject;
}

/** Reads the body of a PATCH. Throws StatusError 415 for other types and 400 for what is no JSON. */
export function readPatch(
  contentType: string | undefined,
  body: Buffer,
  schema: StructSchema | undefined,
): ReadPatch {
  const type = contentType?.split(';')[0]?.trim() as PatchType | undefined;
  if (type === undefined || !PATCH_TYPES.includes(type)) throw unsupportedMediaType(PATCH_TYPES);
  const text = body.toString('utf8');
  const value = parse(type, text);
  const apply = (current: KubeObject): { object: KubeObject; unknownFields: string[] } => {
    const before = JSON.parse(JSON.stringify(current)) as JsonObject;
    const after = patched(type, before, value, schema);
    const shown = type === 'application/strategic-merge-patch+json' ? goPrint(value) : text;
    return decodePatched(type, after, shown, schema);
  };
  return { type, apply, document: isObject(value) ? value : {} };
}

function parse(type: PatchType, text: string): Json {
  try {
    const value = (type === 'application/apply-patch+yaml' ? load(text) : JSON.parse(text)) as Json;
    if (type === 'application/json-patch+json' ? Array.isArray(value) : isObject(value)) return value;
  } catch {
    // Falls through: what is no JSON and what is the wrong JSON are refused alike.
  }
  throw badRequest(`error decoding patch: ${problemOf(type, text)}`);
}

function problemOf(type: PatchType, text: string): string {
  const first = text.trimStart()[0];
  if (first === undefined) return 'unexpected end of JSON input';
  if (!/[{["0-9tfn-]/.test(first)) return `invalid character '${first}' looking for beginning of value`;
  const target = type === 'application/json-patch+json' ? 'jsonpatch.Patch' : 'map[string]interface {}';
  const kind = first === '[' ? 'array' : first === '{' ? 'object' : first === '"' ? 'string' : 'number';
  return `json: cannot unmarshal ${kind} into Go value of type ${target}`;
}

function patched(type: PatchType, before: JsonObject, patch: Json, schema: StructSchema | undefined): Json {
  switch (type) {
    case 'application/json-patch+json':
      return jsonPatched(before, patch as unknown as Operation[]);
    case 'application/merge-patch+json':
      return mergePatch(before, patch);
    default:
      return strategicMerge(before, patch as JsonObject, schema);
  }
}

function jsonPatched(before: JsonObject, operations: Operation[]): Json {
  for (const operation of operations) {
    const [failure] = applyJsonPatch(before, [operation]);
    if (failure === null || failure === undefined) continue;
    const message = jsonPatchProblem(operation, failure);
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
      causes: [{ reason: 'UnexpectedServerResponse', message }],
    });
  }
  return before;
}

function jsonPatchProblem(operation: Operation, failure: Error): string {
  const { op, path } = operation;
  if (failure.name === 'TestError') return `testing value ${path} failed: test failed`;
  if (op === 'remove')
    return `remove operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`;
  return `${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`;
}

function decodePatched(
  type: PatchType,
  after: Json,
  shown: string,
  schema: StructSchema | undefined,
): { object: KubeObject; unknownFields: string[] } {
  if (schema === undefined) return { object: after as unknown as KubeObject, unknownFields: [] };
  const mode = type === 'application/strategic-merge-patch+json' ? 'unstructured' : 'json';
  try {
    const { value, unknownFields } = decode(schema, after, mode);
    return { object: value as unknown as KubeObject, unknownFields };
  } catch (error) {
    if (error instanceof DecodeError)
      throw invalidObject('', '', '', [invalid('patch', shown, error.message)]);
    throw error;
  }
}
