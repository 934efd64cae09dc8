import {
  forbidden,
  invalid,
  invalidObject,
  notSupported,
  required,
  tooLong,
} from '../machinery/field-errors.ts';
import { badRequest } from '../machinery/errors.ts';
import { isTrue } from './routing/request-info.ts';
import type { FieldError } from '../machinery/status-error.ts';

/** The options of a list or watch, besides selectors. */
export interface ListOptions {
  labelSelector: string;
  fieldSelector: string;
  watch: boolean;
  allowWatchBookmarks: boolean;
  sendInitialEvents: boolean | undefined;
  resourceVersion: string;
  resourceVersionMatch: string;
  timeoutSeconds: number | undefined;
  limit: number;
  continueToken: string;
}

/** The options of a create, update or patch. */
export interface WriteOptions {
  dryRun: boolean;
  fieldManager: string;
  fieldValidation: 'Ignore' | 'Warn' | 'Strict';
}

const FIELD_MANAGER_BYTES = 128;
const META_GROUP = 'meta.k8s.io';

export function readListOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const sendInitialEvents = query.get('sendInitialEvents');
  const options: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: readInteger(query.get('timeoutSeconds')),
    limit: readInteger(query.get('limit')) ?? 0,
    continueToken: query.get('continue') ?? '',
  };
  refuse('ListOptions', listOptionErrors(options));
  return options;
}

function listOptionErrors(options: ListOptions): FieldError[] {
  const { resourceVersion, resourceVersionMatch: match, watch, sendInitialEvents } = options;
  const errors: FieldError[] = [];
  if (watch) {
    if (sendInitialEvents !== undefined && match === '') {
      errors.push(
        forbidden(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      );
    }
    if (sendInitialEvents === undefined && match !== '') {
      errors.push(
        forbidden(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    }
    if (match !== '' && match !== 'NotOlderThan') {
      errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
    }
    return errors;
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (match === '') return errors;
  if (resourceVersion === '') {
    errors.push(
      forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden unless resourceVersion is provided',
      ),
    );
  }
  if (options.continueToken !== '') {
    errors.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
    );
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    errors.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && resourceVersion === '0') {
    errors.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    );
  }
  return errors;
}

/** The options of a write; `kind` is the name of its options type (`CreateOptions`). */
export function readWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions',
): WriteOptions {
  const options = writeOptions(query);
  refuse(kind, commonErrors(query, options));
  return options;
}

/** The options of a patch. A server-side apply requires a field manager, and may be forced. */
export function readPatchOptions(query: URLSearchParams, applies: boolean): WriteOptions {
  const options = writeOptions(query);
  const manager = applies
    ? options.fieldManager === ''
      ? [required('fieldManager', 'is required for apply patch')]
      : []
    : query.has('force')
      ? [forbidden('force', 'may not be specified for non-apply patch')]
      : [];
  refuse('PatchOptions', [...manager, ...commonErrors(query, options)]);
  return options;
}

function writeOptions(query: URLSearchParams): WriteOptions {
  const fieldValidation = query.get('fieldValidation') ?? '';
  return {
    dryRun: query.has('dryRun'),
    fieldManager: query.get('fieldManager') ?? '',
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as WriteOptions['fieldValidation']),
  };
}

function commonErrors(query: URLSearchParams, options: WriteOptions): FieldError[] {
  return [
    ...fieldManagerErrors(options),
    ...dryRunErrors(query.getAll('dryRun')),
    ...fieldValidationErrors(options),
  ];
}

function fieldManagerErrors({ fieldManager }: WriteOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(fieldManager) > FIELD_MANAGER_BYTES) {
    errors.push(tooLong('fieldManager', FIELD_MANAGER_BYTES));
  }
  let position = 0;
  for (const character of fieldManager) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      const detail = `invalid character U+${code} (at position ${position})`;
      errors.push(invalid('fieldManager', fieldManager, detail));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** Like Go's `unicode.IsPrint`. */
function isPrintable(character: string): boolean {
  return character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

function fieldValidationErrors({ fieldValidation }: WriteOptions): FieldError[] {
  const known = ['Ignore', 'Warn', 'Strict'];
  if (known.includes(fieldValidation)) return [];
  return [notSupported('fieldValidation', fieldValidation, ['', ...known])];
}

export function dryRunErrors(dryRun: readonly string[]): FieldError[] {
  if (dryRun.every((value) => value === 'All')) return [];
  return [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
      field: 'dryRun',
    },
  ];
}

export function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject(META_GROUP, kind, '', errors);
}

/** An integer in a query; throws 400 with Go's message if it is invalid. */
export function readInteger(value: string | null): number | undefined {
  if (value === null || value === '') return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  return Number(value);
}
