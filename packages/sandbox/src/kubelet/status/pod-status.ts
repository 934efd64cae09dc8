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

/** What the kubelet knows of a pod when it reports on it. */
export interface PodView {
  view(container: SpecContainer): ContainerView;
  sandboxReady: boolean;
  podIP: string | undefined;
  hostIP: string;
  startTime: Date;
  /** Nothing of it will be started any more. */
  isTerminal: boolean;
  cgroupRead: boolean;
  /** The kubelet itself ended it, and why. */
  verdict: { phase: PodPhase; reason: string; message: string } | undefined;
}

/** A pod's status by what the runtime shows. */
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
  // Init containers stand in the order they run in, all others by name.
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

/** A terminal phase is held back, with its reason, until everything has ended. */
export function holdPhase(status: PodStatus, old: PodStatus | undefined): PodStatus {
  if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return status;
  const { reason: _reason, message: _message, ...rest } = status;
  return { ...rest, phase: old?.phase ?? 'Pending' };
}
