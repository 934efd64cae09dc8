import { ApiStatusError, type Cluster } from '../../cluster/index.ts';
import { DbgError } from '../../model/failure.ts';
import type { RandomInt } from '../../model/plan.ts';
import { applyWrite } from '../debug/apply-write.ts';
import type { FleetTarget } from './fleet-target.ts';
import { planTarget } from './plan-target.ts';
import type { EachRequest } from './request.ts';
import { settleProfiles } from './settle-profiles.ts';

/** Asks the server once per namespace, by a dry run, whether it would admit the debug container. */
export async function dryRunEach(
  cluster: Cluster,
  request: EachRequest,
  targets: readonly FleetTarget[],
  random: RandomInt,
  signal: AbortSignal,
): Promise<{ namespace: string; refusal?: string }[]> {
  const first = new Map<string, FleetTarget>();
  for (const target of targets) if (!first.has(target.namespace)) first.set(target.namespace, target);
  const settle = settleProfiles(cluster, request, random, signal);
  const answers: { namespace: string; refusal?: string }[] = [];
  for (const [namespace, target] of first) {
    try {
      const debug = await settle(target);
      const plan = await planTarget(target, {
        cluster,
        request,
        debug,
        run: 'dryrun',
        index: 0,
        total: targets.length,
        random,
        signal,
      });
      const [write] = plan.writes;
      if (write !== undefined) await applyWrite(cluster, write, signal, { dryRun: true });
      answers.push({ namespace });
    } catch (error) {
      if (!(error instanceof ApiStatusError) && !(error instanceof DbgError)) throw error;
      answers.push({ namespace, refusal: error.message });
    }
  }
  return answers;
}
