import { goPrint } from '../../machinery/go-quote.ts';
import { invalid, invalidObject } from '../../machinery/field-errors.ts';
import { decode, DecodeError, type DecodeMode } from '../../resources/schema/decode.ts';
import type { StructSchema } from '../../resources/schema/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { WriteOptions } from '../options.ts';
import { routeContentType } from '../routing/route-match.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { kindProblem } from '../codecs/object-kind.ts';
import { unknownFieldErrors } from '../codecs/strict-errors.ts';
import { readConfiguration } from './apply-configuration.ts';
import type { ApplyManagers } from './apply-managers.ts';
import { applyOrder } from './apply-order.ts';
import { type Json, type JsonObject, isObject } from './element-order.ts';
import { applyJsonPatch, JsonPatchError, type Operation } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { parseJsonPatch, parseMergePatch, parseStrategicMerge } from './parse-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;
export type PatchType = (typeof PATCH_TYPES)[number];

/** A received patch. It is parsed when applied, because a missing object takes precedence over an invalid patch. */
export interface ReadPatch {
  type: PatchType;
  /** Returns the patched object. Unknown and duplicate fields cause warnings, are refused (422) or ignored. */
  apply(current: KubeObject, by?: Applying): KubeObject;
  /** Returns the object that a configuration creates if there is none. */
  create(): KubeObject;
  /** The applied configuration. */
  configuration(): JsonObject;
}

/** The manager of an apply, and the managers of all fields. */
export interface Applying {
  managers: ApplyManagers;
  manager: string;
  force: boolean;
  dryRun: boolean;
}

/** The target of a patch. */
export type PatchTarget = Pick<Resource, 'group' | 'kind' | 'apiVersion'> & {
  schema: StructSchema | undefined;
};

/** How to handle unknown fields. */
export interface UnknownFieldOptions {
  fieldValidation: WriteOptions['fieldValidation'];
  warn: (text: string) => void;
}

/** The type of a PATCH. Throws StatusError 415 for unknown types. */
export function patchTypeOf(contentType: string | undefined): PatchType {
  routeContentType(contentType, PATCH_TYPES);
  return contentType?.split(';')[0]?.trim() as PatchType;
}

/** Reads the body of a PATCH. `apply` throws StatusError 400 if it is invalid. */
export function readPatch(
  type: PatchType,
  body: Buffer,
  target: PatchTarget,
  options: UnknownFieldOptions,
): ReadPatch {
  const text = body.toString('utf8');
  const apply = (current: KubeObject, by?: Applying): KubeObject => {
    const before = JSON.parse(JSON.stringify(current)) as JsonObject;
    switch (type) {
      case 'application/json-patch+json': {
        const { patch, problems } = parseJsonPatch(text, options.fieldValidation === 'Ignore');
        return decodeJson(jsonPatched(before, patch), problems, target, options);
      }
      case 'application/merge-patch+json': {
        const { patch, problems } = parseMergePatch(text);
        return decodeJson(mergePatch(before, patch), problems, target, options);
      }
      case 'application/strategic-merge-patch+json': {
        const { patch, problems } = parseStrategicMerge(text);
        const after = { ...strategicMerge(before, patch, target.schema), ...typeOf(target) };
        return decodePatched(after, 'unstructured', goPrint(patch), problems, target, options);
      }
      case 'application/apply-patch+yaml': {
        const configuration = readConfiguration(text, target);
        const uid = current.metadata.uid ?? '';
        if (by !== undefined && !by.force) by.managers.check(uid, by.manager, before, configuration);
        const merged = strategicMerge(before, configuration, target.schema);
        by?.managers.prune(uid, by.manager, merged, configuration);
        const after = decodeJson(applyOrder(before, configuration, merged), [], target, options);
        if (by?.dryRun === false) by.managers.record(uid, by.manager, configuration, before);
        return after;
      }
    }
  };
  const create = (): KubeObject =>
    decodeJson({ metadata: {}, ...readConfiguration(text, target) }, [], target, options);
  return { type, apply, create, configuration: () => readConfiguration(text, target) };
}

function typeOf({ apiVersion, kind }: PatchTarget): { apiVersion: string; kind: string } {
  return { apiVersion, kind };
}

/** JSON with sorted keys, as Go writes maps. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${goJson(value[key] ?? null)}`).join(',')}}`;
}

/** The server responds without the reason of a failure. */
function jsonPatched(before: JsonObject, operations: readonly Operation[]): Json {
  try {
    return applyJsonPatch(before, operations);
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  }
}

/** Decodes a patched JSON text; its kind must be convertible to the target's. */
function decodeJson(
  after: Json,
  problems: readonly string[],
  target: PatchTarget,
  options: UnknownFieldOptions,
): KubeObject {
  const shown = goJson(after);
  const why = kindProblem(isObject(after) ? after : {}, target);
  if (why !== undefined) throw refusal(shown, why);
  const typed = isObject(after) ? { ...after, ...typeOf(target) } : after;
  return decodePatched(typed, 'json', shown, problems, target, options);
}

/** The error shows a strategic merge patch itself, of other types the patched object. */
function refusal(shown: string, why: string): StatusError {
  return invalidObject('', '', '', [invalid('patch', shown, why)]);
}

function decodePatched(
  after: Json,
  mode: DecodeMode,
  shown: string,
  problems: readonly string[],
  { schema }: PatchTarget,
  { fieldValidation, warn }: UnknownFieldOptions,
): KubeObject {
  if (schema === undefined) return after as unknown as KubeObject;
  try {
    const { value, unknownFields } = decode(schema, after, mode);
    const all = [...problems, ...unknownFieldErrors(unknownFields)];
    if (all.length > 0 && fieldValidation === 'Strict') {
      throw refusal(shown, `strict decoding error: ${all.join(', ')}`);
    }
    if (fieldValidation === 'Warn') for (const problem of all) warn(problem);
    return value as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw refusal(shown, error.message);
    throw error;
  }
}
