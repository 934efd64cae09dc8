import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { Notice } from '../model/plan.ts';

/** Annotation of a pod with the default container for commands. */
export const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The container whose process namespace the debug container joins. */
export interface ChosenTarget {
  /** Absent: none. */
  container?: Container;
  /** Whether the user named it. */
  written: boolean;
  notices: Notice[];
}

/**
 * The container to target: the requested one, otherwise the one in the pod's default-container annotation, otherwise the
 * first; none if the request is empty, or if all containers share their processes anyway. Throws DbgError: notFound if
 * the container does not exist, neverStarted if the requested one does not run, usage for an init container without a
 * status.
 */
export function chooseTarget(pod: Pod, written: string | undefined): ChosenTarget {
  if (written === '') return { written: true, notices: [] };
  if (written !== undefined) return writtenTarget(pod, written);
  if (pod.spec?.shareProcessNamespace === true) return { written: false, notices: [] };
  const container = defaultContainer(pod);
  if (container === undefined) return { written: false, notices: [] };
  const why = whyNotRunning(pod, container.name);
  if (why !== undefined) {
    return {
      written: false,
      notices: [
        {
          level: 'warning',
          code: 'target-not-running',
          text: `Container "${container.name}" ${why}: its process namespace is not joined.`,
        },
      ],
    };
  }
  return { container, written: false, notices: [targeting(container.name)] };
}

/** The default container for commands, by the pod's annotation or its order. */
export function defaultContainer(pod: Pod): Container | undefined {
  const containers = pod.spec?.containers ?? [];
  const annotated = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  return containers.find(({ name }) => name === annotated) ?? containers[0];
}

function writtenTarget(pod: Pod, name: string): ChosenTarget {
  const regular = pod.spec?.containers ?? [];
  const init = pod.spec?.initContainers ?? [];
  const container = [...regular, ...init].find((candidate) => candidate.name === name);
  if (container === undefined) {
    // No server returns a pod without containers: there is nothing to check against.
    if (regular.length + init.length === 0) {
      return { container: { name }, written: true, notices: [targeting(name)] };
    }
    throw new DbgError('notFound', 'ContainerNotFound', `container "${name}" is not in pod ${podName(pod)}`, {
      ...podFacts(pod),
      container: name,
      containers: [...regular, ...init].map((known) => known.name),
      wantedFor: 'target',
    });
  }
  if (init.includes(container) && container.restartPolicy !== 'Always' && !hasStatus(pod, name)) {
    throw new DbgError(
      'usage',
      'InitContainerNotRunning',
      `container "${name}" is an init container, and can only be targeted while it runs`,
      { ...podFacts(pod), container: name, containers: regular.map((known) => known.name) },
    );
  }
  const why = whyNotRunning(pod, name);
  if (why !== undefined) {
    throw new DbgError(
      'neverStarted',
      'TargetNotRunning',
      `container "${name}" of pod ${podName(pod)} ${why}, so it can't be targeted`,
      { ...podFacts(pod), container: name, why },
    );
  }
  return { container, written: true, notices: [targeting(name)] };
}

function targeting(name: string): Notice {
  return {
    level: 'info',
    code: 'target-chosen',
    text: `Targeting container "${name}". Its processes are seen if the container runtime can share them.`,
  };
}

function hasStatus(pod: Pod, name: string): boolean {
  return pod.status?.initContainerStatuses?.some((status) => status.name === name) === true;
}

/** Why a container does not run, by its status; undefined if it runs or this is unknown. */
function whyNotRunning(pod: Pod, name: string): string | undefined {
  const status = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ].find((candidate) => candidate.name === name);
  return status === undefined ? undefined : stateOf(status);
}

function stateOf({ state }: ContainerStatus): string | undefined {
  if (state?.terminated !== undefined) {
    return `has ended (${state.terminated.reason ?? `exit code ${state.terminated.exitCode}`})`;
  }
  if (state?.waiting !== undefined) return `does not run (${state.waiting.reason ?? 'waiting'})`;
  return undefined;
}

/** A pod's name, for facts of failures. */
export function podFacts({ metadata }: Pod): { namespace?: string; pod: string } {
  const { namespace, name = '' } = metadata ?? {};
  return namespace === undefined ? { pod: name } : { namespace, pod: name };
}

/** `NAMESPACE/NAME` of a pod, for messages. */
export function podName(pod: Pod): string {
  const { namespace, name } = pod.metadata ?? {};
  return namespace === undefined ? `${name ?? ''}` : `${namespace}/${name ?? ''}`;
}
