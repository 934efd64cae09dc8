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

/** A patch that was received; it is read when it is applied, as an object that is not there counts first. */
export interface ReadPatch {
  type: PatchType;
  /** Gives the patched object. Unknown and repeated fields warn, are refused (422) or passed over. */
  apply(current: KubeObject, by?: Applying): KubeObject;
  /** Gives the object that an applied configuration makes where there is none. */
  create(): KubeObject;
  /** The configuration that is applied. */
  configuration(): JsonObject;
}

/** Who applies a configuration, and what the server knows of who applied what. */
export interface Applying {
  managers: ApplyManagers;
  manager: string;
  force: boolean;
  dryRun: boolean;
}

/** What a patch patches. */
export type PatchTarget = Pick<Resource, 'group' | 'kind' | 'apiVersion'> & {
  schema: StructSchema | undefined;
};

/** What becomes of fields that the schema lacks. */
export interface UnknownFieldOptions {
  fieldValidation: WriteOptions['fieldValidation'];
  warn: (text: string) => void;
}

/** The type that a PATCH has. Throws StatusError 415 for others. */
export function patchTypeOf(contentType: string | undefined): PatchType {
  routeContentType(contentType, PATCH_TYPES);
  return contentType?.split(';')[0]?.trim() as PatchType;
}

/** Takes the body of a PATCH. Applying it throws StatusError 400 for what is no patch. */
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

/** JSON as Go writes maps: with sorted keys. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${goJson(value[key] ?? null)}`).join(',')}}`;
}

/** The words of a failure stay with the server: it answers that there was one. */
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

/** The object out of what a patch made as a JSON text: its kind must be one that the target can be made of. */
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

/** A strategic merge is shown as the patch it is, others as what they made of the object. */
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
