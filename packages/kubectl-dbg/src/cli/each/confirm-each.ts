import type { World } from '../../model/world.ts';
import type { FleetTarget } from '../../operations/each/fleet-target.ts';
import type { EachRequest } from '../../operations/each/request.ts';
import type { EachFlags } from './each-request.ts';

/** From this number of targets on, a user at a terminal is asked first. */
const MANY = 20;

/** Profiles whose containers could harm the node. */
const PRIVILEGED = new Set(['sysadmin', 'netadmin']);

/** Asks a user at a terminal before many targets, or with rights that could harm a node. */
export async function confirmEach(
  targets: readonly FleetTarget[],
  request: EachRequest,
  options: EachFlags,
  world: World,
  signal: AbortSignal,
): Promise<boolean> {
  const { stdin, stderr } = world;
  const isPrivileged =
    PRIVILEGED.has(request.debug.profile) ||
    request.workflow === 'node' ||
    request.debug.adjust.privileged === true;
  if (options.yes === true || stdin.isTTY !== true || stderr.isTTY !== true || options.stdin === true)
    return true;
  if (targets.length === 0 || (targets.length <= MANY && !isPrivileged)) return true;
  const owners = new Set(targets.map(({ namespace, owner, pod }) => `${namespace}/${owner ?? pod}`)).size;
  const fewer =
    owners < targets.length && options.onePerOwner !== true ? ` --one-per-owner would run ${owners}.` : '';
  const left =
    request.workflow === 'ephemeral'
      ? ' Each keeps a terminated debug container until its pod is recreated.'
      : '';
  const rights = isPrivileged
    ? ` with ${request.workflow === 'node' ? "the host's namespaces" : `profile ${request.debug.profile}`}`
    : '';
  const { askYes } = await import('../ask-yes.ts');
  const question = `${targets.length} targets of ${owners} workloads${rights}.${left}${fewer} Go on?`;
  return await askYes(question, { stdin, stderr }, signal);
}
