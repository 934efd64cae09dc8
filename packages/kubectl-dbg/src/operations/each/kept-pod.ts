import type { Container, ContainerStatus, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DEFAULT_CONTAINER, MIRROR } from '../../plan/index.ts';
import type { EachRequest } from './request.ts';

/** What a run needs of a pod's containers: only their names, or their complete specs. */
export type KeptDetail = 'names' | 'specifications';

/** Most runs take nothing over from a pod's containers, and reuse no container of an earlier run. */
export function keptDetailOf({ debug, reuse }: Pick<EachRequest, 'debug' | 'reuse'>): KeptDetail {
  const { mountsFromTarget, envFromTarget, asTarget } = debug;
  return reuse || mountsFromTarget || envFromTarget || asTarget ? 'specifications' : 'names';
}

/**
 * What a run keeps of a pod that is not started: only what the plan of an ephemeral container needs, a few hundred bytes,
 * as text, which takes a fraction of the memory of objects.
 */
export class KeptPod {
  readonly #detail: KeptDetail;
  #text: string;

  constructor(pod: Pod, detail: KeptDetail = 'names') {
    this.#detail = detail;
    this.#text = textOf(pod, detail);
  }

  get length(): number {
    return this.#text.length;
  }

  read(): Pod {
    return JSON.parse(this.#text) as Pod;
  }

  /** Replaces it by a newer state. */
  write(pod: Pod): void {
    this.#text = textOf(pod, this.#detail);
  }
}

/** For a pod of which nothing is needed any more. */
export const NOTHING_KEPT = new KeptPod({});

function textOf({ apiVersion, kind, metadata, spec, status }: Pod, detail: KeptDetail): string {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata ?? {};
  const annotations = {
    [MIRROR]: metadata?.annotations?.[MIRROR],
    [DEFAULT_CONTAINER]: metadata?.annotations?.[DEFAULT_CONTAINER],
  };
  const kept = detail === 'names' ? nameOnly : (container: Container | EphemeralContainer) => container;
  const slim = detail === 'names' ? stateOnly : (container: ContainerStatus) => container;
  // JSON omits undefined fields.
  return JSON.stringify({
    apiVersion: apiVersion ?? 'v1',
    kind: kind ?? 'Pod',
    metadata: { name, namespace, uid, resourceVersion, annotations, deletionTimestamp },
    spec: {
      nodeName: spec?.nodeName,
      os: spec?.os,
      shareProcessNamespace: spec?.shareProcessNamespace,
      securityContext: spec?.securityContext,
      containers: spec?.containers.map(kept) ?? [],
      initContainers: spec?.initContainers?.map(kept),
      ephemeralContainers: spec?.ephemeralContainers?.map(kept),
    },
    status: {
      phase: status?.phase,
      containerStatuses: status?.containerStatuses?.map(slim),
      initContainerStatuses: status?.initContainerStatuses?.map(slim),
      ephemeralContainerStatuses: status?.ephemeralContainerStatuses?.map(slim),
    },
  });
}

function nameOnly({ name, restartPolicy }: Container | EphemeralContainer): object {
  return { name, restartPolicy };
}

function stateOnly({ name, state, lastState, restartCount, containerID }: ContainerStatus): object {
  return { name, state, lastState, restartCount, containerID };
}
