import type { KindRules, WriteContext } from '../../resources/rules.ts';
import { invalidObject } from '../../machinery/field-errors.ts';
import type { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { FieldError } from '../../machinery/status-error.ts';

/** What the steps of one write share. */
export interface Write {
  store: MemoryStore;
  resource: Resource;
  rules: KindRules | undefined;
  context: WriteContext;
  /** Empty for cluster-scoped resources. */
  namespace: string;
  /** Additional validating admission, by the object's name; throws StatusError to refuse. */
  admission?: (name: string) => void;
}

export function refuseInvalid({ resource }: Write, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw invalidObject(resource.group, resource.kind, object.metadata.name ?? '', errors);
}

export function addWarnings({ rules, context }: Write, object: KubeObject, old?: KubeObject): void {
  for (const text of rules?.warnings?.(object, old) ?? []) context.warn(text);
}
