import { load } from 'js-yaml';
import { applyPatch as applyJsonPatch, type Operation } from 'rfc6902';
import { goPrint } from '../../resources/go-quote.ts';
import { invalid } from '../../resources/field-errors.ts';
import { invalidObject } from '../../resources/field-errors.ts';
import { decode, DecodeError } from '../../resources/schema/decode.ts';
import { kindOf } from '../../resources/schema/decode-error.ts';
import type { StructSchema } from '../../resources/schema/types.ts';
import type { KubeObject } from '../../store/types.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import type { WriteOptions } from '../options.ts';
import { StatusError } from '../status-error.ts';
import { goJsonError } from '../write/go-json-error.ts';
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
  /** Gives the patched object. Unknown fields warn, are refused (422) or passed over. */
  apply(current: KubeObject): KubeObject;
  /** The patch itself, where it is an object. */
  document: JsonObject;
}

/** What becomes of fields that the schema lacks. */
export interface UnknownFieldOptions {
  fieldValidation: WriteOptions['fieldValidation'];
  warn: (text: string) => void;
}

/** Reads the body of a PATCH. Throws StatusError 415 for other types and 400 for what is no JSON. */
export function readPatch(
  contentType: string | undefined,
  body: Buffer,
  schema: StructSchema | undefined,
  unknownFields: UnknownFieldOptions,
): ReadPatch {
  const type = contentType?.split(';')[0]?.trim() as PatchType | undefined;
  if (type === undefined || !PATCH_TYPES.includes(type)) throw unsupportedMediaType(PATCH_TYPES);
  const value = parse(type, body.toString('utf8'));
  const apply = (current: KubeObject): KubeObject => {
    const before = JSON.parse(JSON.stringify(current)) as JsonObject;
    const after = patched(type, before, value, schema);
    // A strategic merge is shown as the patch it is, others as what they made of the object.
    const shown = type === 'application/strategic-merge-patch+json' ? goPrint(value) : goJson(after);
    return decodePatched(type, after, shown, schema, unknownFields);
  };
  return { type, apply, document: isObject(value) ? value : {} };
}

function parse(type: PatchType, text: string): Json {
  if (type === 'application/apply-patch+yaml') return load(text) as Json;
  const problem = goJsonError(text) ?? wrongValue(type, JSON.parse(text) as Json);
  if (problem === undefined) return JSON.parse(text) as Json;
  throw badRequest(type === 'application/merge-patch+json' ? `error decoding patch: ${problem}` : problem);
}

function wrongValue(type: PatchType, value: Json): string | undefined {
  const isList = type === 'application/json-patch+json';
  if (isList ? Array.isArray(value) : isObject(value)) return undefined;
  const target = isList ? 'jsonpatch.Patch' : 'map[string]interface {}';
  return `json: cannot unmarshal ${kindOf(value)} into Go value of type ${target}`;
}

/** JSON as Go writes maps: with sorted keys. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${goJson(value[key] ?? null)}`).join(',')}}`;
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

/** The words of a failure stay with the server: it answers that there was one. */
function jsonPatched(before: JsonObject, operations: Operation[]): Json {
  const failures = operations.some((operation) => {
    const [failure] = applyJsonPatch(before, [operation]);
    return failure !== null && failure !== undefined;
  });
  if (!failures) return before;
  throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

function decodePatched(
  type: PatchType,
  after: Json,
  shown: string,
  schema: StructSchema | undefined,
  { fieldValidation, warn }: UnknownFieldOptions,
): KubeObject {
  if (schema === undefined) return after as unknown as KubeObject;
  const mode = type === 'application/strategic-merge-patch+json' ? 'unstructured' : 'json';
  const refuse = (why: string): StatusError => invalidObject('', '', '', [invalid('patch', shown, why)]);
  try {
    const { value, unknownFields } = decode(schema, after, mode);
    const problems = unknownFields.map((field) => `unknown field "${field}"`);
    if (problems.length > 0 && fieldValidation === 'Strict') {
      throw refuse(`strict decoding error: ${problems.join(', ')}`);
    }
    if (fieldValidation === 'Warn') for (const problem of problems) warn(problem);
    return value as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw refuse(error.message);
    throw error;
  }
}
