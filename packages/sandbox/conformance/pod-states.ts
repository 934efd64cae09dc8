interface ContainerStatus {
  name: string;
  state?: Record<string, { reason?: string; exitCode?: number } | undefined>;
  ready?: boolean;
  restartCount?: number;
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

/** A pod's phase and the states of its containers, as one line; empty for other objects. */
export function containerStates(object: unknown): string {
  const { kind, metadata, status = {} } = (object ?? {}) as PodLike;
  if (kind !== 'Pod') return '';
  const containers = statusesOf(object).map(describe);
  const dying = metadata?.deletionTimestamp === undefined ? '' : ' deleted';
  return [`${status.phase ?? ''}${dying}`, status.reason ?? '', ...containers]
    .filter((part) => part !== '')
    .join(' ');
}

/** Alternating states. */
const ALTERNATING: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^waiting\/(?:ErrImagePull|ImagePullBackOff)$/, 'pull-failing'],
  [/^(?:terminated\/\w+\([1-9]\d*\)|waiting\/(?:CrashLoopBackOff|RunContainerError))$/, 'crashing'],
];

/** The stage of a container: not started, starting, running or failing to run, terminated. */
function stage(state: string): number {
  if (state === 'none') return 0;
  if (state === 'waiting/ContainerCreating' || state === 'waiting/PodInitializing') return 1;
  return state.startsWith('terminated') ? 3 : 2;
}

/**
 * Whether our snapshot of a pod may be of a moment before or after the recorded one. An awaited state must be equal;
 * otherwise a container may have progressed, even to its next restart, or not be running yet.
 */
export function isSameWay(recorded: unknown, own: unknown, isAwaited: boolean): boolean {
  const expected = statesByName(recorded);
  const got = statesByName(own);
  const expectedStarts = startsByName(recorded);
  const gotStarts = startsByName(own);
  const names = new Set([...expected.keys(), ...got.keys()]);
  return [...names].every((name) => {
    const wanted = expected.get(name) ?? 'none';
    const seen = got.get(name) ?? 'none';
    const more = (gotStarts.get(name) ?? 0) - (expectedStarts.get(name) ?? 0);
    if (wanted === seen && more === 0) return true;
    if (isAwaited) return false;
    if (more > 0) return true;
    const alternative = (state: string): string | undefined =>
      ALTERNATING.find(([pattern]) => pattern.test(state))?.[1];
    if (alternative(wanted) !== undefined && alternative(wanted) === alternative(seen)) return true;
    return stage(seen) > stage(wanted) || stage(wanted) < 3;
  });
}

/** The restart count of each container of a pod. */
export function startsByName(object: unknown): Map<string, number> {
  return new Map(statusesOf(object).map(({ name, restartCount = 0 }) => [name, restartCount] as const));
}

function statusesOf(object: unknown): ContainerStatus[] {
  const { status = {} } = (object ?? {}) as PodLike;
  return [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
}

function statesByName(object: unknown): Map<string, string> {
  return new Map(
    statusesOf(object).map((container) => {
      const text = describe(container);
      return [container.name, text.slice(container.name.length + 1)] as const;
    }),
  );
}

function describe({ name, state = {} }: ContainerStatus): string {
  const [kind = 'none', detail] = Object.entries(state)[0] ?? [];
  const code = detail?.exitCode === undefined ? '' : `(${detail.exitCode})`;
  return `${name}:${kind}${detail?.reason === undefined ? '' : `/${detail.reason}`}${code}`;
}
