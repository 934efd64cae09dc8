import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/types.ts';
import type { Plan } from '../../model/plan.ts';
import { applyWrite } from './apply-write.ts';

/** The server's response to each write of a plan (`dryRun=All`); nothing is stored. */
export async function dryRunPlan(cluster: Cluster, plan: Plan, signal: AbortSignal): Promise<Pod[]> {
  const answers: Pod[] = [];
  for (const write of plan.writes) answers.push(await applyWrite(cluster, write, signal, { dryRun: true }));
  return answers;
}
