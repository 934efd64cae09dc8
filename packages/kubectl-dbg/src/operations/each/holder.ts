import type { EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { RandomInt } from '../../model/plan.ts';
import { makeSleeper, sleeperEndOf } from '../../plan/index.ts';
import { containerStatus } from '../../session/wait/container-state.ts';

/** The command of a container that only waits for commands by exec. It exits after a day or two. */
export function holderCommand(random: RandomInt): string[] {
  return makeSleeper(random).command;
}

/**
 * The arguments that run a command by exec in a holder. The holder may be from an earlier run, so the command gets its
 * index in this one.
 */
export function inHolder(words: readonly string[], index: number, total: number): string[] {
  const script = 'export KUBECTL_DBG_INDEX="$1" KUBECTL_DBG_TOTAL="$2"; shift 2; exec "$@"';
  return ['sh', '-c', script, 'sh', String(index), String(total), ...words];
}

/** The command that terminates a holder's process from within; undefined if it is not a holder. */
export function holderEnd(pod: Pod | undefined, name: string): string[] | undefined {
  return sleeperEndOf(pod?.spec?.ephemeralContainers?.find((container) => container.name === name)?.command);
}

/**
 * The running container that an earlier run has left in a pod and that equals this run's: the same image and rights, and
 * the same target container. Undefined if there is none.
 *
 * @param wanted the container as it would be created now
 */
export function findHolder(pod: Pod, wanted: Partial<EphemeralContainer> | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  const found = (pod.spec?.ephemeralContainers ?? []).find(
    (container) =>
      sleeperEndOf(container.command) !== undefined &&
      containerStatus(pod, container.name)?.state?.running !== undefined &&
      container.image === wanted.image &&
      container.targetContainerName === wanted.targetContainerName &&
      isSame(container.securityContext, wanted.securityContext),
  );
  return found?.name;
}

/** Equal as JSON, ignoring the order of fields and empty fields. */
function isSame(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}

function sorted(value: unknown): string {
  return JSON.stringify(value ?? {}, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
