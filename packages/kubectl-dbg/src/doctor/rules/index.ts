import type { Rule, SubjectKind } from '../rule.ts';
import { CLAIM_RULES } from './claims.ts';
import { CRASH_POD_RULES, CRASH_RULES } from './crash.ts';
import { DELETED_RULES } from './deleted.ts';
import { ENDED_RULES } from './ended.ts';
import { IMAGE_RULES } from './image.ts';
import { INIT_POD_RULES, INIT_RULES } from './init.ts';
import { MAKE_RULES } from './make.ts';
import { NODE_ITSELF_RULES, NODE_RULES } from './node.ts';
import { INGRESS_RULES, REACH_POD_RULES, REACH_RULES } from './reach.ts';
import { READY_POD_RULES, READY_RULES } from './ready.ts';
import { REFUSED_RULES } from './refused.ts';
import { AUTOSCALER_RULES, BUDGET_RULES, RISK_RULES, UNKNOWN_RULES } from './risk.ts';
import { SANDBOX_RULES } from './sandbox.ts';
import { SCHEDULING_RULES } from './scheduling.ts';
import { START_RULES } from './start.ts';
import { VOLUME_RULES } from './volumes.ts';
import { WORKLOAD_RULES } from './workload.ts';

/** All rules, by subject. A new rule is an entry in one of these lists, and its fixtures. */
export const RULES: { readonly [K in SubjectKind]: readonly Rule<K>[] } = {
  workload: [...REFUSED_RULES, ...WORKLOAD_RULES],
  pod: [
    ...DELETED_RULES,
    ...ENDED_RULES,
    ...NODE_RULES,
    ...SCHEDULING_RULES,
    ...VOLUME_RULES,
    ...SANDBOX_RULES,
    ...INIT_POD_RULES,
    ...CRASH_POD_RULES,
    ...READY_POD_RULES,
    ...REACH_POD_RULES,
    ...RISK_RULES,
    ...UNKNOWN_RULES,
  ],
  container: [...INIT_RULES, ...IMAGE_RULES, ...MAKE_RULES, ...START_RULES, ...CRASH_RULES, ...READY_RULES],
  service: REACH_RULES,
  ingress: INGRESS_RULES,
  claim: CLAIM_RULES,
  node: NODE_ITSELF_RULES,
  autoscaler: AUTOSCALER_RULES,
  budget: BUDGET_RULES,
};

/** The data of the rules' pages, in the order of levels; an id that several subjects share appears once. */
export type RulePage = Pick<Rule, 'id' | 'level' | 'name' | 'shows' | 'explain' | 'severity'>;

export function rulePages(): RulePage[] {
  const pages = new Map<string, RulePage>();
  for (const rule of Object.values(RULES).flat()) if (!pages.has(rule.id)) pages.set(rule.id, rule);
  return [...pages.values()].sort(
    (a, b) => a.level - b.level || a.id.localeCompare(b.id, 'en', { numeric: true }),
  );
}
