import { goQuote } from '../../machinery/go-quote.ts';
import type { KindRules, TableColumn, TableRow } from '../../resources/rules.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { badRequest } from '../../machinery/errors.ts';
import { typed } from '../kinds.ts';
import type { Representation } from '../codecs/negotiate.ts';
import { partialMetadata, type RepresentContext, type TableOptions } from './represent-context.ts';

interface TableMetadata {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const CREATED_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** The columns of kinds without a printer of their own. */
const DEFAULT_COLUMNS: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', description: NAME_DESCRIPTION, priority: 0 },
  { name: 'Created At', type: 'date', format: '', description: CREATED_DESCRIPTION, priority: 0 },
];

export function readTableOptions(query: URLSearchParams, { as }: Representation): TableOptions {
  // The options are only validated for tables.
  if (as !== 'Table') return { includeObject: 'Metadata' };
  const includeObject = query.get('includeObject') ?? '';
  if (includeObject === '') return { includeObject: 'Metadata' };
  if (includeObject === 'None' || includeObject === 'Metadata' || includeObject === 'Object') {
    return { includeObject };
  }
  const detail = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(includeObject)}: ${detail}`,
  );
}

/** Objects as rows of a `meta.k8s.io` Table, for `kubectl get`. */
export function tableOf(
  objects: readonly KubeObject[],
  metadata: TableMetadata,
  context: RepresentContext,
): Record<string, unknown> {
  const { resource, representation, tableOptions } = context;
  const rules = context.rules(resource.key);
  const now = new Date();
  return {
    kind: 'Table',
    apiVersion: `${representation.group}/${representation.version}`,
    metadata,
    columnDefinitions: tableOptions.noHeaders === true ? null : (rules?.tableColumns ?? DEFAULT_COLUMNS),
    rows: objects.map((object) => {
      const { cells, conditions } = rowOf(object, rules, now);
      return {
        cells,
        ...(conditions === undefined ? {} : { conditions }),
        object: rowObject(object, context),
      };
    }),
  };
}

function rowOf(object: KubeObject, rules: KindRules | undefined, now: Date): TableRow {
  if (rules !== undefined) return rules.tableRow(object, now);
  return { cells: [object.metadata.name ?? '', object.metadata.creationTimestamp ?? null] };
}

function rowObject(object: KubeObject, context: RepresentContext): unknown {
  switch (context.tableOptions.includeObject) {
    case 'None':
      return null;
    case 'Object':
      return typed(context.resource, object);
    case 'Metadata':
      return partialMetadata(object, context.representation);
  }
}
