import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { RulesLookup } from '../kinds.ts';
import type { Representation } from '../codecs/negotiate.ts';

export interface TableOptions {
  includeObject: 'None' | 'Metadata' | 'Object';
  /** Watch events after the first have no column definitions. */
  noHeaders?: boolean;
}

/** What representations of objects depend on besides them. */
export interface RepresentContext {
  resource: Resource;
  rules: RulesLookup;
  representation: Representation;
  tableOptions: TableOptions;
}

/** Only the metadata of an object, in the requested group version. */
export function partialMetadata(
  object: KubeObject,
  { group = 'meta.k8s.io', version = 'v1' }: Pick<Representation, 'group' | 'version'>,
): Record<string, unknown> {
  return { kind: 'PartialObjectMetadata', apiVersion: `${group}/${version}`, metadata: object.metadata };
}
