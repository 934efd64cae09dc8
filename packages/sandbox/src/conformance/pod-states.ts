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

function describe({ name, state = {} }: ContainerStatus): string {
  const [kind = 'none', detail] = Object.entries(state)[0] ?? [];
  const code = detail?.exitCode === undefined ? '' : `(${detail.exitCode})`;
  return `${name}:${kind}${detail?.reason === undefined ? '' : `/${detail.reason}`}${code}`;
}
