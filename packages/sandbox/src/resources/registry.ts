import type { ResourceKey } from '../store/types.ts';
import { POD_RULES } from './pods/rules.ts';
import type { KindRules } from './rules.ts';

const ALL: readonly KindRules[] = [POD_RULES];

const BY_RESOURCE: ReadonlyMap<ResourceKey, KindRules> = new Map(ALL.map((rules) => [rules.resource, rules]));

/** What the API server knows of that kind of object; undefined for resources it only discovers. */
export function rulesFor(resource: ResourceKey): KindRules | undefined {
  return BY_RESOURCE.get(resource);
}
