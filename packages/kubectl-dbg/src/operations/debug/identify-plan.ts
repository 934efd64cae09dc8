import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Plan } from '../../model/plan.ts';

/**
 * The plan with the actual names: a generated name (`generateName`), or one that an admission webhook changed. Address
 * and clean-up use the actual object, not the intended one.
 */
export function identifyPlan(plan: Plan, pod: Pod): Plan {
  const { session } = plan;
  const { namespace, name } = pod.metadata ?? {};
  if (session === undefined || namespace === undefined || name === undefined) return { ...plan, pod };
  return { ...plan, pod, session: { ...session, address: { ...session.address, namespace, pod: name } } };
}
