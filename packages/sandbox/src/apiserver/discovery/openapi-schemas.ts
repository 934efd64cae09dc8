import { META_STRUCTS } from '../../resources/schema/meta.ts';
import { findStructSchema } from '../../resources/schema/parse.ts';
import type { Field, FieldType, StructSchema } from '../../resources/schema/types.ts';
import { type GroupVersion, GROUP_VERSIONS, type Resource } from './resource-table.ts';

export type JsonSchema = Record<string, unknown>;

const META_PACKAGE = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const TIME = `${META_PACKAGE}.Time`;
const MICRO_TIME = `${META_PACKAGE}.MicroTime`;

/** Schemas of scalar types. */
const SCALAR_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  [QUANTITY]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  [INT_OR_STRING]: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  [TIME]: { type: 'string', format: 'date-time' },
  [MICRO_TIME]: { type: 'string', format: 'date-time' },
};

/** Group versions whose kinds have the same names as different structs in the table. */
const WITHOUT_SCHEMA: ReadonlySet<string> = new Set(['events.k8s.io/v1', 'autoscaling/v2']);

const META_NAMES = new Set(
  META_STRUCTS.trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? ''),
);

/** The structs of the core group's kinds, which keep that group's name everywhere. */
let coreNames: ReadonlySet<string> | undefined;

/**
 * The schemas of the kinds of one group version, with all structs that they use, by their names in a real server. Fields
 * have types, but no descriptions.
 */
export function schemasOf(groupVersion: GroupVersion): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = { ...SCALAR_SCHEMAS };
  const writer = new SchemaWriter(groupVersion, schemas);
  for (const resource of groupVersion.resources) writer.addKind(resource);
  return schemas;
}

class SchemaWriter {
  readonly #package: string;
  readonly #groupVersion: GroupVersion;
  readonly #schemas: Record<string, JsonSchema>;

  constructor(groupVersion: GroupVersion, schemas: Record<string, JsonSchema>) {
    this.#groupVersion = groupVersion;
    this.#package = packageOf(groupVersion);
    this.#schemas = schemas;
  }

  addKind({ kind, group, version }: Resource): void {
    const known = WITHOUT_SCHEMA.has(this.#groupVersion.apiVersion) ? undefined : findStructSchema(kind);
    const name = known === undefined ? `${this.#package}.${kind}` : this.#add(known);
    const schema = (this.#schemas[name] ??= { type: 'object' });
    schema['x-kubernetes-group-version-kind'] = [{ group, kind, version }];
  }

  /** Adds a struct's schema with everything that it refers to; returns its name. */
  #add(struct: StructSchema): string {
    const name = `${this.#packageOf(struct.name)}.${struct.name}`;
    if (name in this.#schemas) return name;
    const schema: JsonSchema = { type: 'object' };
    this.#schemas[name] = schema;
    const fields = [...struct.fields.values()];
    const required = fields.filter(({ always, pointer }) => always && !pointer).map((field) => field.name);
    schema['properties'] = Object.fromEntries(fields.map((field) => [field.name, this.#property(field)]));
    if (required.length > 0) schema['required'] = required;
    return name;
  }

  #packageOf(struct: string): string {
    if (META_NAMES.has(struct)) return META_PACKAGE;
    coreNames ??= reachableFromCore();
    return coreNames.has(struct) ? 'io.k8s.api.core.v1' : this.#package;
  }

  #property(field: Field): JsonSchema {
    const strategies = [
      ...(field.mergeKey === undefined ? [] : ['merge']),
      ...(field.retainKeys ? ['retainKeys'] : []),
    ];
    return {
      ...this.#type(field.type),
      ...(strategies.length === 0 ? {} : { 'x-kubernetes-patch-strategy': strategies.join(',') }),
      ...(field.mergeKey === undefined || field.mergeKey === ''
        ? {}
        : { 'x-kubernetes-patch-merge-key': field.mergeKey }),
    };
  }

  #type(type: FieldType): JsonSchema {
    switch (type.kind) {
      case 'string':
        return { type: 'string' };
      case 'bool':
        return { type: 'boolean' };
      case 'int32':
      case 'int64':
        return { type: 'integer', format: type.kind };
      case 'bytes':
        return { type: 'string', format: 'byte' };
      case 'raw':
        return { type: 'object' };
      case 'quantity':
        return reference(QUANTITY);
      case 'intOrString':
        return reference(INT_OR_STRING);
      case 'time':
        return reference(TIME);
      case 'microTime':
        return reference(MICRO_TIME);
      case 'list':
        return { type: 'array', items: this.#type(type.of) };
      case 'map':
        return { type: 'object', additionalProperties: this.#type(type.of) };
      case 'struct':
        return reference(this.#add(type.struct));
    }
  }
}

function reference(name: string): JsonSchema {
  return { allOf: [{ $ref: `#/components/schemas/${name}` }] };
}

/** `io.k8s.api.rbac.v1`: the prefix of names, from the Go package. */
function packageOf({ group, version }: GroupVersion): string {
  return `io.k8s.api.${group === '' ? 'core' : (group.split('.')[0] ?? group)}.${version}`;
}

function reachableFromCore(): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (type: FieldType): void => {
    if (type.kind === 'list' || type.kind === 'map') visit(type.of);
    if (type.kind !== 'struct' || names.has(type.struct.name)) return;
    names.add(type.struct.name);
    for (const field of type.struct.fields.values()) visit(field.type);
  };
  const core = GROUP_VERSIONS.find(({ group }) => group === '');
  for (const { kind } of core?.resources ?? []) {
    const struct = findStructSchema(kind);
    if (struct !== undefined) visit({ kind: 'struct', struct });
  }
  return names;
}
