import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';
import type { FieldError } from '../machinery/status-error.ts';
import type { StructSchema } from './schema/types.ts';

/** Who asks, after authentication (and impersonation, if any). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the rules of a kind may look at and report to while an object is written. */
export interface WriteContext {
  store: Store;
  user: UserInfo;
  now: () => Date;
  dryRun: boolean;
  /** Adds a `Warning: 299 - "text"` header to the answer; a text given twice is sent once. */
  warn: (text: string) => void;
}

/** One column of a `meta.k8s.io/v1` Table; `description` is what the real server answers. */
export interface TableColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  format: string;
  description: string;
  priority: number;
}

type TableCell = string | number | boolean | null;

/** One row: `conditions` mark rows of completed pods for `kubectl get`. */
export interface TableRow {
  cells: TableCell[];
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

/**
 * What the API server knows of one kind.
 *
 * The functions work on the object given, in place; they are called in this order.
 * Create: `default`, mutating admission, `prepareForCreate`, `validate`, validating admission.
 * Update: `default`, mutating admission, `prepareForUpdate`, `validateUpdate`, validating admission.
 */
export interface KindRules {
  resource: ResourceKey;
  /** The group, empty for core. */
  group: string;
  version: string;
  kind: string;
  /** The plural that messages name (`pods`). */
  plural: string;
  namespaced: boolean;
  /** The fields this kind knows: unknown ones are dropped with a warning, wrong types refused. */
  schema: StructSchema;
  /** Fills in defaults of the kind, as decoding does. */
  default(object: KubeObject): void;
  /** Drops what a client may not set on create (status), sets generation. */
  prepareForCreate?(object: KubeObject, context: WriteContext): void;
  /** Keeps what this request may not change, and counts up `metadata.generation`. */
  prepareForUpdate?(object: KubeObject, old: KubeObject, context: WriteContext, subresource?: string): void;
  validate(object: KubeObject): FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject, subresource?: string): FieldError[];
  /** Texts of Warning headers that a real server sends for this object (deprecated fields and the like). */
  warnings?(object: KubeObject, old: KubeObject | undefined): string[];
  tableColumns: readonly TableColumn[];
  tableRow(object: KubeObject, now: Date): TableRow;
  /** Field selectors beyond `metadata.name` and `metadata.namespace`, which every kind has. */
  fieldSelectors: Readonly<Record<string, (object: KubeObject) => string>>;
}
