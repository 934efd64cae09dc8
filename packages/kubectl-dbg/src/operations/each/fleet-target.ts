import type { ContainerStatus, Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DEFAULT_CONTAINER, MIRROR } from '../../plan/index.ts';
import { type KeptDetail, KeptPod } from './kept-pod.ts';

/** What a run keeps of a pod: enough to plan and to follow it, a few hundred bytes. */
export interface FleetTarget {
  namespace: string;
  pod: string;
  uid: string;
  node: string | undefined;
  /** `KIND/NAME` of the workload; the name of a ReplicaSet is truncated to that of its Deployment. */
  owner: string | undefined;
  /** The container to join. */
  container: string;
  /** Index of the container among those of its pod that are targets. */
  containerIndex: number;
  ips: readonly string[];
  containerId: string | undefined;
  isReady: boolean;
  /** The basis of the plan: the last seen state of the pod. */
  kept: KeptPod;
  /** It was deleted before it was started. */
  isGone?: boolean;
  /** The node for a pod that is still to be created; then `pod` is empty. */
  nodeObject?: Node;
}

/** Why a pod is skipped. */
export interface Skip {
  reason:
    | 'NotRunning'
    | 'Deleting'
    | 'Deleted'
    | 'MirrorPod'
    | 'Windows'
    | 'TooManyDebugContainers'
    | 'Excluded'
    | 'OtherOfOwner'
    | 'NotInSample'
    | 'OtherShard'
    | 'ContainerNotRunning';
  message: string;
}

/** Options for reading pods as targets. */
export interface TargetReading {
  eachContainer: boolean;
  /** How much of each pod to keep. */
  detail: KeptDetail;
  /** Deduplicates a text that many targets share. */
  shared: (text: string) => string;
}

/** The targets in a pod: one, or one for each of its containers. */
export function targetsOf(pod: Pod, { eachContainer, detail, shared }: TargetReading): FleetTarget[] {
  const { metadata, spec, status } = pod;
  const containers = spec?.containers ?? [];
  const annotated = metadata?.annotations?.[DEFAULT_CONTAINER];
  const named = containers.find(({ name }) => name === annotated) ?? containers[0];
  const wanted = eachContainer ? containers : named === undefined ? [] : [named];
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  const kept = new KeptPod(pod, detail);
  const owner = ownerOf(pod);
  return wanted.map(({ name }, containerIndex) => ({
    namespace: shared(metadata?.namespace ?? ''),
    pod: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName === undefined ? undefined : shared(spec.nodeName),
    owner: owner === undefined ? undefined : shared(owner),
    container: shared(name),
    containerIndex,
    ips: (status?.podIPs ?? []).flatMap(({ ip }) => ip ?? []),
    containerId: statusOf(pod, name)?.containerID,
    isReady: ready,
    kept,
  }));
}

/** Why a pod can't be a target in its current state; undefined if it can. */
export function skipOf(pod: Pod, maxDebugContainers: number): Skip | undefined {
  const { metadata, spec, status } = pod;
  if (metadata?.deletionTimestamp !== undefined)
    return { reason: 'Deleting', message: 'it is being deleted' };
  if (metadata?.annotations?.[MIRROR] !== undefined) {
    return {
      reason: 'MirrorPod',
      message: 'it is the mirror of a static pod, which cannot have ephemeral containers',
    };
  }
  if (status?.phase !== 'Running') {
    return { reason: 'NotRunning', message: `its phase is ${status?.phase ?? 'unknown'}` };
  }
  if (spec?.os?.name === 'windows') {
    return { reason: 'Windows', message: 'a Windows node cannot run the image' };
  }
  const carried = spec?.ephemeralContainers?.length ?? 0;
  if (carried >= maxDebugContainers) {
    return {
      reason: 'TooManyDebugContainers',
      message: `it already has ${carried} debug containers, which stay until it is recreated`,
    };
  }
  return undefined;
}

/** Why a container of a running pod can't be targeted; undefined if it can. */
export function containerSkip({ kept, container }: FleetTarget): Skip | undefined {
  const state = statusOf(kept.read(), container)?.state;
  if (state === undefined || state.running !== undefined) return undefined;
  const why = state.terminated?.reason ?? state.waiting?.reason ?? 'waiting';
  return { reason: 'ContainerNotRunning', message: `container ${container} does not run (${why})` };
}

/** The status of a regular container. */
export function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container);
}

/** `NAMESPACE/POD` as a key. */
export function podKey({ namespace, pod }: Pick<FleetTarget, 'namespace' | 'pod'>): string {
  return `${namespace}/${pod}`;
}

function ownerOf({ metadata }: Pod): string | undefined {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return undefined;
  const hash = metadata?.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return `Deployment/${owner.name.slice(0, -hash.length - 1)}`;
  }
  return `${owner.kind}/${owner.name}`;
}
