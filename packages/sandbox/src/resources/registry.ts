import type { ResourceKey } from '../machinery/objects.ts';
import * as clusterKinds from './kinds/cluster-kinds.ts';
import * as core from './kinds/core-kinds.ts';
import * as limits from './kinds/limit-kinds.ts';
import * as nodes from './kinds/node-event.ts';
import * as rbac from './kinds/rbac.ts';
import { REVIEWS } from './kinds/reviews.ts';
import * as storage from './kinds/storage-kinds.ts';
import * as services from './kinds/service.ts';
import { POD_RULES } from './pods/rules.ts';
import type { KindRules } from './rules.ts';
import * as jobs from './workloads/job-rules.ts';
import * as revisions from './workloads/revision-rules.ts';
import * as workloads from './workloads/rules.ts';

const ALL: readonly KindRules[] = [
  POD_RULES,
  ...[core, clusterKinds, limits, nodes, rbac, services, storage, workloads, jobs, revisions].flatMap(
    (module) => Object.values(module).filter(isRules),
  ),
  ...REVIEWS,
];

function isRules(value: unknown): value is KindRules {
  return typeof value === 'object' && value !== null && 'tableColumns' in value;
}

const BY_RESOURCE: ReadonlyMap<ResourceKey, KindRules> = new Map(ALL.map((rules) => [rules.resource, rules]));

/** The rules of a resource; undefined if it is only in discovery. */
export function rulesFor(resource: ResourceKey): KindRules | undefined {
  return BY_RESOURCE.get(resource);
}
