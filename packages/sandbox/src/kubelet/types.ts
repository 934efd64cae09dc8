import type {
  Container,
  ContainerStatus as ApiContainerStatus,
  EphemeralContainer,
  PodCondition as ApiPodCondition,
  PodSpec,
  PodStatus as ApiPodStatus,
  ResourceRequirements,
} from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { LinuxUser } from '../cri/runtime.ts';

/** With fields that are newer than the imported types. */
export interface ContainerStatus extends ApiContainerStatus {
  user?: { linux: LinuxUser };
}

export interface PodCondition extends Omit<ApiPodCondition, 'lastProbeTime'> {
  observedGeneration?: number;
  lastProbeTime: null;
}

export interface PodStatus extends Omit<
  ApiPodStatus,
  'conditions' | 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses'
> {
  observedGeneration?: number;
  conditions?: PodCondition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  ephemeralContainerStatuses?: ContainerStatus[];
  resources?: ResourceRequirements;
  allocatedResources?: Record<string, string>;
}

/** A pod in the store. */
export interface PodObject extends KubeObject {
  spec: PodSpec;
  status?: PodStatus;
}

export type ContainerKind = 'init' | 'regular' | 'ephemeral';

/** A container of a pod's spec, and the list that contains it. */
export interface SpecContainer {
  kind: ContainerKind;
  /** An init container that keeps running (`restartPolicy: Always`). */
  sidecar: boolean;
  spec: Container & Pick<EphemeralContainer, 'targetContainerName'>;
}

/** All containers of a pod: init containers, regular ones, ephemeral ones. */
export function containersOf(spec: PodSpec): SpecContainer[] {
  return [
    ...(spec.initContainers ?? []).map((container) => ({
      kind: 'init' as const,
      sidecar: container.restartPolicy === 'Always',
      spec: container,
    })),
    ...spec.containers.map((container) => ({
      kind: 'regular' as const,
      sidecar: false,
      spec: container,
    })),
    ...(spec.ephemeralContainers ?? []).map((container) => ({
      kind: 'ephemeral' as const,
      sidecar: false,
      spec: container as Container & EphemeralContainer,
    })),
  ];
}

/** `spec.containers{main}`: the fieldPath of an Event about a container. */
export function fieldPath(container: SpecContainer): string {
  const lists = { init: 'initContainers', regular: 'containers', ephemeral: 'ephemeralContainers' };
  return `spec.${lists[container.kind]}{${container.spec.name}}`;
}

/** `p_default(uid)`: the form of a pod's name in the kubelet's messages. */
export function podLabel(pod: PodObject): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}
