import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';
import type { FieldError } from '../machinery/status-error.ts';
import type { StructSchema } from './schema/types.ts';

/** The user of a request, after authentication and impersonation. */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** What the rules of a kind may use while an object is written. */
export interface WriteContext {
  store: Store;
  user: UserInfo;
  now: () => Date;
  dryRun: boolean;
  /** Adds a `Warning: 299 - "text"` header to the response; a repeated text is sent once. */
  warn: (text: string) => void;
}

/** One column of a `meta.k8s.io/v1` Table; `description` is the real server's. */
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
 * What the API server knows about one kind.
 *
 * The functions change the given object in place. They are called in this order.
 * Create: `default`, mutating admission, `prepareForCreate`, `validate`, validating admission.
 * Update: `default`, mutating admission, `prepareForUpdate`, `validateUpdate`, validating admission.
 */
export interface KindRules {
  resource: ResourceKey;
  /** The group, empty for core. */
  group: string;
  version: string;
  kind: string;
  /** The plural in messages (`pods`). */
  plural: string;
  namespaced: boolean;
  /** The fields of this kind: unknown ones are dropped with a warning, wrong types are refused. */
  schema: StructSchema;
  /** Sets the kind's defaults. */
  default(object: KubeObject): void;
  /** Removes what a client may not set on create (status), and sets the generation. */
  prepareForCreate?(object: KubeObject, context: WriteContext): void;
  /** Restores what this request may not change, and increments `metadata.generation`. */
  prepareForUpdate?(object: KubeObject, old: KubeObject, context: WriteContext, subresource?: string): void;
  validate(object: KubeObject): FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject, subresource?: string): FieldError[];
  /** Texts of the Warning headers that a real server sends for this object, such as for deprecated fields. */
  warnings?(object: KubeObject, old: KubeObject | undefined): string[];
  tableColumns: readonly TableColumn[];
  tableRow(object: KubeObject, now: Date): TableRow;
  /** Field selectors besides `metadata.name` and `metadata.namespace`, which every kind has. */
  fieldSelectors: Readonly<Record<string, (object: KubeObject) => string>>;
}
