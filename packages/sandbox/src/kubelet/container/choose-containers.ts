import { type PodState, startsAgain } from '../pod/pod-state.ts';
import { containersOf, type PodObject, type SpecContainer } from '../types.ts';

/**
 * The containers to start now: new ephemeral containers, and the next init container or the regular containers.
 */
export function containersToStart(pod: PodObject, state: PodState): SpecContainer[] {
  const all = containersOf(pod.spec);
  const isRunning = (container: SpecContainer): boolean =>
    state.latest(container.spec.name)?.container.state.phase === 'running';
  const due = (container: SpecContainer): boolean =>
    !isRunning(container) && startsAgain(pod, container, state.latest(container.spec.name));
  // An ephemeral container runs once.
  const ephemeral = all.filter(
    (container) => container.kind === 'ephemeral' && state.latest(container.spec.name) === undefined,
  );
  const regular = all.filter((container) => container.kind === 'regular');
  const init = all.filter((container) => container.kind === 'init');
  const initialized = regular.some((container) => state.latest(container.spec.name) !== undefined);
  if (initialized) {
    return [...ephemeral, ...init.filter((one) => one.sidecar && due(one)), ...regular.filter(due)];
  }
  const next: SpecContainer[] = [];
  for (const container of init) {
    const run = state.latest(container.spec.name);
    if (container.sidecar) {
      if (due(container)) next.push(container);
      if (!hasStarted(container, state)) return [...ephemeral, ...next];
      continue;
    }
    if (run?.state.phase === 'exited' && run.state.exitCode === 0) continue;
    if (due(container)) next.push(container);
    return [...ephemeral, ...next];
  }
  return [...ephemeral, ...next, ...regular.filter(due)];
}

/** The next container waits until a sidecar has started, according to its startup probe if there is one. */
function hasStarted(container: SpecContainer, state: PodState): boolean {
  const run = state.latest(container.spec.name);
  if (run?.state.phase !== 'running') return false;
  return container.spec.startupProbe === undefined || state.startedUp.get(run.id) === true;
}
