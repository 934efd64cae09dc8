import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';
import type { Notice } from './types.ts';

/** Annotation by which a pod names the container that commands should mean. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Which container's processes the debug container joins. */
export interface ChosenTarget {
  /** Absent: none. */
  container?: Container;
  /** Whether the user named it. */
  written: boolean;
  notices: Notice[];
}

/**
 * The container to target: the written one, else the one the pod's default-container annotation names, else the
 * first; none with `--target=` or where all containers share their processes anyway.
 * Throws DbgError: notFound for a container that isn't there, neverStarted for a written one that doesn't run,
 * usage for an init container.
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
          text: `Container "${container.name}" ${why}: its processes are not joined.`,
        },
      ],
    };
  }
  return { container, written: false, notices: [targeting(container.name)] };
}

/** The container that commands mean when none is named, by the pod's annotation or else its order. */
function defaultContainer(pod: Pod): Container | undefined {
  const containers = pod.spec?.containers ?? [];
  const annotated = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  return containers.find(({ name }) => name === annotated) ?? containers[0];
}

function writtenTarget(pod: Pod, name: string): ChosenTarget {
  const regular = pod.spec?.containers ?? [];
  const init = pod.spec?.initContainers ?? [];
  const container = [...regular, ...init].find((candidate) => candidate.name === name);
  if (container === undefined) {
    // A pod without any container is no pod of a server's: nothing to check against.
    if (regular.length + init.length === 0) {
      return { container: { name }, written: true, notices: [targeting(name)] };
    }
    throw new DbgError('notFound', `container "${name}" is not in pod ${podName(pod)}`, {
      remedy: `Its containers are ${[...regular, ...init].map((known) => known.name).join(', ')}`,
    });
  }
  if (init.includes(container) && container.restartPolicy !== 'Always') {
    throw new DbgError(
      'usage',
      `container "${name}" is an init container, which has no lasting processes to join`,
      {
        remedy: `Target one of ${regular.map((known) => known.name).join(', ')}, or copy the pod with --copy-to`,
      },
    );
  }
  const why = whyNotRunning(pod, name);
  if (why !== undefined) {
    throw new DbgError(
      'neverStarted',
      `container "${name}" of pod ${podName(pod)} ${why}, so it can't be targeted`,
      {
        remedy: 'Leave it out with --target=, or debug a copy with --copy-to',
      },
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

/** Why a container does not run, by its status; undefined if it does or nothing is known. */
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

/** `NAMESPACE/NAME` of a pod, for messages. */
export function podName(pod: Pod): string {
  const { namespace, name } = pod.metadata ?? {};
  return namespace === undefined ? `${name ?? ''}` : `${namespace}/${name ?? ''}`;
}
