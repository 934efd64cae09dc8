import { DbgError } from '../../model/failure.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { DebugRequest, RandomInt } from '../../model/plan.ts';
import { planEphemeral, planNode } from '../../plan/index.ts';
import { settleProfile } from '../debug/resolve-profile.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { EachRequest } from './request.ts';

/** Resolves `--profile=auto` once for each namespace, with its first target; any other profile is unchanged. */
export function settleProfiles(
  cluster: Cluster,
  { debug, workflow }: EachRequest,
  draw: RandomInt,
  signal: AbortSignal,
): (target: FleetTarget) => Promise<DebugRequest> {
  if (debug.profile !== 'auto') return () => Promise.resolve(debug);
  const known = new Map<string, Promise<DebugRequest>>();
  const settle = async ({ nodeObject, kept, container }: FleetTarget): Promise<DebugRequest> => {
    const target =
      nodeObject === undefined
        ? ({ kind: 'pod', pod: kept.read() } as const)
        : ({ kind: 'node', node: nodeObject } as const);
    if (workflow === 'copy') {
      throw new DbgError(
        'usage',
        'ProfileNotChosen',
        'profile auto cannot be settled for copies of many pods',
        { profile: 'auto' },
      );
    }
    const plan = (request: DebugRequest) =>
      target.kind === 'node'
        ? planNode(request, target.node, cluster.namespace, draw)
        : planEphemeral({ ...request, target: container }, target.pod, draw);
    return (await settleProfile(cluster, debug, { target, notices: [] }, plan, signal)).settled;
  };
  return (target) => {
    const settled = known.get(target.namespace) ?? settle(target);
    known.set(target.namespace, settled);
    return settled;
  };
}
