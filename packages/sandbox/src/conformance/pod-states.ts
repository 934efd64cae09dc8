interface ContainerStatus {
  name: string;
  state?: Record<string, { reason?: string; exitCode?: number } | undefined>;
  ready?: boolean;
}

interface PodLike {
  kind?: string;
  metadata?: { deletionTimestamp?: string };
  status?: {
    phase?: string;
    reason?: string;
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
    ephemeralContainerStatuses?: ContainerStatus[];
  };
}

/** A pod's phase and what its containers do, in a line; other objects have no such states. */
export function containerStates(object: unknown): string {
  const { kind, metadata, status = {} } = (object ?? {}) as PodLike;
  if (kind !== 'Pod') return '';
  const containers = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ].map(describe);
  const dying = metadata?.deletionTimestamp === undefined ? '' : ' deleted';
  return [`${status.phase ?? ''}${dying}`, status.reason ?? '', ...containers]
    .filter((part) => part !== '')
    .join(' ');
}

/** States that a container passes through in a moment on its way to running. */
const STARTING = new Set(['none', 'waiting/ContainerCreating', 'waiting/PodInitializing', 'running']);

/**
 * The states of a pod's containers, with all that lie on the way to running as one, and all of a container that ends
 * again and again; a state that was waited for is taken exactly.
 */
export function stateClass(object: unknown, isAwaited: boolean): string {
  const { status = {} } = (object ?? {}) as PodLike;
  const containers = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  return containers
    .map((container) => describe(container))
    .map((text) => {
      const [name = '', state = ''] = text.split(/:(.*)/s);
      return `${name}:${!isAwaited && STARTING.has(state) ? 'starting' : state}`;
    })
    .filter((text) => isAwaited || !text.endsWith(':starting'))
    .toSorted()
    .join(' ');
}

function describe({ name, state = {} }: ContainerStatus): string {
  const [kind = 'none', detail] = Object.entries(state)[0] ?? [];
  const code = detail?.exitCode === undefined ? '' : `(${detail.exitCode})`;
  return `${name}:${kind}${detail?.reason === undefined ? '' : `/${detail.reason}`}${code}`;
}
