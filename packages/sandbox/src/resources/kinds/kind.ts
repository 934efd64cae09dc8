import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { keepMeta, metaOf } from '../../machinery/metadata.ts';
import { type NameCheck, validateObjectMeta, validateObjectMetaUpdate } from '../../machinery/object-meta.ts';
import type { KindRules, TableColumn, TableRow, WriteContext } from '../rules.ts';
import { structSchema } from '../schema/parse.ts';
import { ageOf } from '../tables/age.ts';
import { AGE, NAME } from '../tables/columns.ts';

/** What is specific to a kind; everything else has common defaults. */
export interface KindOptions {
  group?: string;
  version?: string;
  kind: string;
  plural: string;
  namespaced?: boolean;
  /** Validates names. */
  checkName: NameCheck;
  /** The struct in the schema, if its name is not the kind. */
  struct?: string;
  default?: (object: KubeObject) => void;
  /** The initial status; without it the kind has no status. */
  newStatus?: (object: KubeObject) => Record<string, unknown>;
  /** Whether `metadata.generation` counts changes of the spec. */
  hasGeneration?: boolean;
  prepareForCreate?: (object: KubeObject, context: WriteContext) => void;
  prepareForUpdate?: (
    object: KubeObject,
    old: KubeObject,
    context: WriteContext,
    subresource?: string,
  ) => void;
  /** Validates everything except the metadata. */
  validate?: (object: KubeObject) => FieldError[];
  validateUpdate?: (object: KubeObject, old: KubeObject, subresource?: string) => FieldError[];
  warnings?: (object: KubeObject, old: KubeObject | undefined) => string[];
  columns?: readonly TableColumn[];
  row?: (object: KubeObject, now: Date) => TableRow;
  fieldSelectors?: Readonly<Record<string, (object: KubeObject) => string>>;
}

/** The columns of kinds that only show name and age. */
const PLAIN_COLUMNS: readonly TableColumn[] = [NAME, AGE];

/** Defines the rules of a kind. */
export function defineKind(options: KindOptions): KindRules {
  const { group = '', version = 'v1', kind, plural, namespaced = true, checkName } = options;
  return {
    resource: group === '' ? plural : `${plural}.${group}`,
    group,
    version,
    kind,
    plural,
    namespaced,
    schema: structSchema(options.struct ?? kind),
    default: options.default ?? (() => undefined),
    prepareForCreate(object, context) {
      if (options.hasGeneration === true) metaOf(object).generation = 1;
      if (options.newStatus !== undefined) object['status'] = options.newStatus(object);
      options.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context, subresource) {
      if (subresource === 'status') keepAllButStatus(object, old);
      else if (options.newStatus !== undefined) object['status'] = structuredClone(old['status']);
      options.prepareForUpdate?.(object, old, context, subresource);
      if (options.hasGeneration === true) countGeneration(object, old);
    },
    validate: (object) => [
      ...validateObjectMeta(object, namespaced, checkName),
      ...(options.validate?.(object) ?? []),
    ],
    validateUpdate(object, old, subresource) {
      // Both the generic registry and the kind validate the metadata.
      const metadata = validateObjectMetaUpdate(object, old);
      if (subresource === 'status') return [...metadata, ...metadata];
      return [
        ...metadata,
        ...metadata,
        ...(options.validate?.(object) ?? []),
        ...(options.validateUpdate?.(object, old, subresource) ?? []),
      ];
    },
    ...(options.warnings === undefined ? {} : { warnings: options.warnings }),
    tableColumns: options.columns ?? PLAIN_COLUMNS,
    tableRow: options.row ?? plainRow,
    fieldSelectors: options.fieldSelectors ?? {},
  };
}

function plainRow(object: KubeObject, now: Date): TableRow {
  return { cells: [object.metadata.name ?? '', ageOf(object.metadata.creationTimestamp, now)] };
}

function keepAllButStatus(object: KubeObject, old: KubeObject): void {
  object['spec'] = structuredClone(old['spec']);
  for (const name of ['labels', 'ownerReferences'] as const) keepMeta(object, old, name);
}

function countGeneration(object: KubeObject, old: KubeObject): void {
  if (isDeepStrictEqual(object['spec'], old['spec'])) return;
  metaOf(object).generation = (old.metadata.generation ?? 0) + 1;
}
