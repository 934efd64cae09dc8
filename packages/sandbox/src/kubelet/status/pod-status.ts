import { timestamp } from '../../machinery/timestamp.ts';
import {
  containersOf,
  type ContainerStatus,
  type PodObject,
  type PodStatus,
  type SpecContainer,
} from '../types.ts';
import { podConditions } from './conditions.ts';
import { containerStatus, type ContainerView } from './container-status.ts';
import { type PodPhase, podPhase } from './phase.ts';
import { podResources } from './pod-resources.ts';

/** What a pod's status is derived from. */
export interface PodView {
  view(container: SpecContainer): ContainerView;
  sandboxReady: boolean;
  podIP: string | undefined;
  hostIP: string;
  startTime: Date;
  /** None of its containers will be started any more. */
  isTerminal: boolean;
  cgroupRead: boolean;
  /** Set if the kubelet itself ended the pod. */
  verdict: { phase: PodPhase; reason: string; message: string } | undefined;
}

/** A pod's status according to the runtime. */
export function podStatus(pod: PodObject, known: PodView, now: Date): PodStatus {
  const { spec } = pod;
  const hasInit = (spec.initContainers ?? []).length > 0;
  const statuses: Record<SpecContainer['kind'], ContainerStatus[]> = { init: [], regular: [], ephemeral: [] };
  const readiness: ContainerStatus[] = [];
  for (const container of containersOf(spec)) {
    const status = containerStatus(container, known.view(container), hasInit);
    statuses[container.kind].push(status);
    if (container.kind === 'regular' || container.sidecar) readiness.push(status);
  }
  // Init containers are in their order of execution, all others sorted by name.
  for (const list of [statuses.regular, statuses.ephemeral]) {
    list.sort((left, right) => (left.name < right.name ? -1 : 1));
  }
  const phase = known.verdict?.phase ?? podPhase(spec, statuses, known.isTerminal);
  const { resources, allocated } = podResources(spec, known.cgroupRead);
  const { generation } = pod.metadata;
  const address = (ip: string): { ip: string }[] => [{ ip }];
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: podConditions(
      pod,
      { phase, sandboxReady: known.sandboxReady, initStatuses: statuses.init, statuses: readiness },
      now,
    ),
    ...(known.verdict === undefined ? {} : { message: known.verdict.message, reason: known.verdict.reason }),
    hostIP: known.hostIP,
    hostIPs: address(known.hostIP),
    ...(known.podIP === undefined ? {} : { podIP: known.podIP, podIPs: address(known.podIP) }),
    startTime: timestamp(known.startTime),
    ...(statuses.init.length === 0 ? {} : { initContainerStatuses: statuses.init }),
    containerStatuses: statuses.regular,
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
    ...(statuses.ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: statuses.ephemeral }),
    resources,
    ...(allocated === undefined ? {} : { allocatedResources: allocated }),
  };
}

/** Holds back a terminal phase and its reason until all containers have terminated. */
export function holdPhase(status: PodStatus, old: PodStatus | undefined): PodStatus {
  if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return status;
  const { reason: _reason, message: _message, ...rest } = status;
  return { ...rest, phase: old?.phase ?? 'Pending' };
}
