import { kindOf } from '../../resources/schema/decode-error.ts';
import { badRequest } from '../../machinery/errors.ts';
import { goJsonError } from '../codecs/go-json-error.ts';
import { strictErrors } from '../codecs/strict-errors.ts';
import { type Json, type JsonObject, isObject } from './element-order.ts';
import type { Operation } from './json-patch.ts';

/** A parsed patch, and the strict errors of its text. */
export interface ParsedPatch<T> {
  patch: T;
  problems: string[];
}

const OPERATION_FIELDS: readonly string[] = ['op', 'path', 'from', 'value'];

/**
 * The operations of a JSON patch. Unless unknown fields are ignored, the server decodes it twice, first into its own type.
 * Throws StatusError 400.
 */
export function parseJsonPatch(text: string, ignores: boolean): ParsedPatch<Operation[]> {
  const refuse = (why: string): Error => badRequest(ignores ? why : `error decoding patch: ${why}`);
  const value = parse(text, refuse) ?? [];
  const [list, item] = ignores
    ? ['jsonpatch.Patch', 'jsonpatch.Operation']
    : ['[]handlers.jsonPatchOp', 'handlers.jsonPatchOp'];
  if (!Array.isArray(value)) throw refuse(unmarshal(value, `value of type ${list}`));
  for (const operation of value) {
    if (!isObject(operation)) throw refuse(unmarshal(operation, `value of type ${item}`));
    for (const field of ignores ? [] : ['op', 'path', 'from']) {
      const word = operation[field] ?? '';
      if (typeof word !== 'string') {
        throw refuse(unmarshal(word, `struct field jsonPatchOp.${field} of type string`));
      }
    }
  }
  const problems = strictErrors(text, unknownOperationFields(value as JsonObject[]));
  return { patch: value as Operation[], problems: problems.map((problem) => `json patch ${problem}`) };
}

function unknownOperationFields(operations: readonly JsonObject[]): string[] {
  return operations.flatMap((operation, index) =>
    Object.keys(operation)
      .filter((field) => !OPERATION_FIELDS.includes(field))
      .map((field) => `[${index}].${field}`),
  );
}

/** A JSON merge patch. Throws StatusError 400. */
export function parseMergePatch(text: string): ParsedPatch<JsonObject> {
  const refuse = (why: string): Error => badRequest(`error decoding patch: ${why}`);
  const value = parse(text, refuse);
  if (value === null) throw badRequest('Invalid JSON Patch');
  return { patch: objectOf(value, refuse), problems: strictErrors(text, []) };
}

/** A strategic merge patch. Throws StatusError 400. */
export function parseStrategicMerge(text: string): ParsedPatch<JsonObject> {
  const value = parse(text, badRequest);
  return { patch: value === null ? {} : objectOf(value, badRequest), problems: strictErrors(text, []) };
}

function parse(text: string, refuse: (why: string) => Error): Json {
  const problem = goJsonError(text);
  if (problem !== undefined) throw refuse(problem);
  return JSON.parse(text) as Json;
}

function objectOf(value: Json, refuse: (why: string) => Error): JsonObject {
  if (!isObject(value)) throw refuse(unmarshal(value, 'value of type map[string]interface {}'));
  return value;
}

function unmarshal(value: Json, target: string): string {
  return `json: cannot unmarshal ${kindOf(value)} into Go ${target}`;
}
