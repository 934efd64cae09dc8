import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { DebugRequest, Plan, RandomInt } from '../../model/plan.ts';
import { planCopy, planEphemeral, planNode } from '../../plan/index.ts';
import type { FleetTarget } from './fleet-target.ts';
import { KeptPod } from './kept-pod.ts';
import { holderCommand } from './holder.ts';
import type { EachRequest } from './request.ts';
import { behindGate } from './send-input.ts';
import { identityEnv } from './write-target.ts';

/** Label of the pods that a run creates; the run watches them by it. */
export const RUN_LABEL = 'kubectl-dbg/run';

/** Maximum length of a pod name that is a host name too. */
const MAX_NAME = 63;

export interface PlanTargetOptions {
  cluster: Pick<Cluster, 'request' | 'namespace'>;
  request: EachRequest;
  /** With a resolved profile, no longer `auto`. */
  debug: DebugRequest;
  run: string;
  /** Index in the run, and the number of targets. */
  index: number;
  total: number;
  random: RandomInt;
  signal: AbortSignal;
}

/** One name per run, so that one watch finds all Events; numbered if a pod gets several containers. */
export function containerName(run: string, { containerIndex }: FleetTarget, eachContainer: boolean): string {
  return eachContainer ? `dbg-${run}-${containerIndex}` : `dbg-${run}`;
}

/** Plans the writes for one target. Throws DbgError if the request does not fit the pod. */
export async function planTarget(target: FleetTarget, options: PlanTargetOptions): Promise<Plan> {
  const { cluster, request, run, index, total, random, signal } = options;
  const container = containerName(run, target, request.selection.eachContainer);
  const debug = {
    ...options.debug,
    ...wayOf(request, random),
    container,
    env: [...identityEnv(target, index, total), ...options.debug.env],
  };
  switch (request.workflow) {
    case 'ephemeral': {
      const chosen = debug.target === '' ? '' : target.container;
      return planEphemeral(
        { ...debug, target: chosen },
        withoutContainer(target.kept.read(), container),
        random,
      );
    }
    case 'node':
      return labelled(planNode(debug, target.nodeObject ?? {}, cluster.namespace, random), run);
    case 'copy': {
      // A copy needs the complete pod, of which only a part was kept.
      const pod = await cluster.request<Pod>({ method: 'GET', path: apiPaths.pod(target), signal });
      const name = copyName(target.pod, run);
      const copy = debug.copy === undefined ? undefined : { ...debug.copy, name };
      const plan = planCopy({ ...debug, ...(copy === undefined ? {} : { copy }) }, pod, random);
      return labelled(plan, run);
    }
  }
}

/** What the container runs, if that is not the command itself. */
function wayOf({ via, debug }: EachRequest, random: RandomInt): Partial<DebugRequest> {
  switch (via) {
    case 'exec':
      return { words: holderCommand(random), stdin: false, attach: false };
    case 'attach':
      return { words: behindGate(debug.words), stdin: true, attach: true };
    default:
      return {};
  }
}

/** A node as a target: its pod is still to be created. */
export function targetOfNode(node: Node, namespace: string): FleetTarget {
  const name = node.metadata?.name ?? '';
  return {
    namespace,
    pod: '',
    uid: node.metadata?.uid ?? '',
    node: name,
    owner: `Node/${name}`,
    container: '',
    containerIndex: 0,
    ips: (node.status?.addresses ?? []).map(({ address }) => address),
    containerId: undefined,
    isReady: node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
    kept: new KeptPod({}),
    nodeObject: node,
  };
}

function copyName(pod: string, run: string): string {
  const end = `-dbg-${run}`;
  return `${pod.slice(0, MAX_NAME - end.length).replace(/[-.]+$/, '')}${end}`;
}

function labelled(plan: Plan, run: string): Plan {
  const [write, ...others] = plan.writes;
  if (write === undefined) return plan;
  const body = write.body as Pod;
  const labels = { ...body.metadata?.labels, [RUN_LABEL]: run };
  return {
    ...plan,
    writes: [{ ...write, body: { ...body, metadata: { ...body.metadata, labels } } }, ...others],
  };
}

/** The pod without our own container of an earlier run, whose name would count as taken. */
function withoutContainer(pod: Pod, container: string): Pod {
  const others = pod.spec?.ephemeralContainers?.filter(({ name }) => name !== container);
  if (pod.spec === undefined || others?.length === pod.spec.ephemeralContainers?.length) return pod;
  return { ...pod, spec: { ...pod.spec, ...(others === undefined ? {} : { ephemeralContainers: others }) } };
}
