import { ApiStatusError, type Cluster, isMissing } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { DebugRequest, Plan, RandomInt } from '../../model/plan.ts';
import { planCopy, planEphemeral, planNode, type Sleeper } from '../../plan/index.ts';
import { type ManifestObject, parseTarget, type TargetWord } from '../../targets/index.ts';
import { readRelatedObjects } from '../../targets/related-objects.ts';
import {
  fetchTarget,
  manifestTarget,
  type ResolvedTarget,
  selectTargets,
} from '../../targets/resolve-targets.ts';
import { withLifetime } from '../../plan/lifetime.ts';
import { checkExec } from './check-exec.ts';
import { resolveProfile } from './resolve-profile.ts';

/** The targets, as named by the user. */
export interface NamedTargets {
  words?: readonly TargetWord[];
  manifests?: readonly ManifestObject[];
  /** Labels of pods. */
  selector?: string;
  /** All namespaces are searched for the labels. */
  allNamespaces?: boolean;
  /** The user gave the namespace: a manifest with another one is refused. */
  namespaceWritten?: boolean;
}

/** What planning needs besides the request. */
export interface PlanContext {
  draw: RandomInt;
  signal: AbortSignal;
}

/** Resolves the targets. Throws DbgError, ApiStatusError. */
export async function resolveTargets(
  cluster: Cluster,
  { words = [], manifests = [], selector, allNamespaces, namespaceWritten = false }: NamedTargets,
  { signal }: Omit<PlanContext, 'draw'>,
): Promise<ResolvedTarget[]> {
  if (selector !== undefined) {
    const namespace = allNamespaces === true ? undefined : cluster.namespace;
    return await selectTargets(cluster, selector, namespace, signal);
  }
  const targets: ResolvedTarget[] = [];
  for (const entry of manifests) {
    const word = parseTarget(`${entry.kind}/${entry.object.metadata?.name ?? ''}`);
    targets.push(await manifestTarget(cluster, entry, word, namespaceWritten, signal));
  }
  for (const word of words) targets.push(await fetchTarget(cluster, word, signal));
  return targets;
}

/**
 * Plans for all targets, before any of them is changed. With a sleeper the container only sleeps, and the command runs in
 * it by exec; the right to exec is checked.
 *
 * @param options.dryRun nothing is written, so no right is needed
 */
export async function makePlans(
  cluster: Cluster,
  request: DebugRequest,
  targets: readonly ResolvedTarget[],
  context: PlanContext,
  { sleeper, dryRun = false }: { sleeper?: Sleeper | undefined; dryRun?: boolean } = {},
): Promise<Plan[]> {
  const asked =
    sleeper === undefined
      ? request
      : { ...request, words: sleeper.command, argumentsOnly: false, stdin: false, tty: false, sleeps: true };
  const plans: Plan[] = [];
  for (const target of targets) plans.push(await makePlan(cluster, asked, target, context));
  if (sleeper !== undefined && !dryRun) {
    const namespaces = new Set(plans.map(({ session }) => session?.address.namespace ?? ''));
    for (const namespace of namespaces) await checkExec(cluster, namespace, context.signal);
  }
  return plans;
}

/** Plans the writes for one target; dry runs on the server resolve `--profile=auto`. */
async function makePlan(
  cluster: Cluster,
  request: DebugRequest,
  target: ResolvedTarget,
  { draw, signal }: PlanContext,
): Promise<Plan> {
  const plan = await planner(cluster, request, target, draw, signal);
  const made =
    request.profile === 'auto' ? await resolveProfile(cluster, request, target, plan, signal) : plan(request);
  const planned = { ...made, source: sourceOf(target), notices: [...target.notices, ...made.notices] };
  return withLifetime(planned, request);
}

function sourceOf({ target }: ResolvedTarget): NonNullable<Plan['source']> {
  const { metadata } = target.kind === 'node' ? target.node : target.pod;
  const { name = '', namespace, uid } = metadata ?? {};
  return {
    kind: target.kind === 'node' ? 'Node' : 'Pod',
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

async function planner(
  cluster: Cluster,
  request: DebugRequest,
  { target }: ResolvedTarget,
  draw: RandomInt,
  signal: AbortSignal,
): Promise<(request: DebugRequest) => Plan> {
  if (target.kind === 'node') return (settled) => planNode(settled, target.node, cluster.namespace, draw);
  if (request.copy === undefined) return (settled) => planEphemeral(settled, target.pod, draw);
  if (request.copy.node !== undefined) await checkNode(cluster, request.copy.node, signal);
  const surroundings = await readRelatedObjects(cluster, target.pod, request, signal);
  return (settled) => planCopy(settled, target.pod, draw, surroundings);
}

/** A pod bound to a missing node would wait for ever. Users who may not read nodes find out later. */
async function checkNode(cluster: Cluster, name: string, signal: AbortSignal): Promise<void> {
  try {
    await cluster.request({ method: 'GET', path: apiPaths.node(name), signal });
  } catch (error) {
    if (!(error instanceof ApiStatusError) || isMissing(error)) throw error;
  }
}
