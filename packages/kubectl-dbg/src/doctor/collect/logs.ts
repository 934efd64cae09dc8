import type { Evidence, LogTail } from '../evidence.ts';
import { objectPath } from '../kinds.ts';
import type { Reader } from '../reader.ts';
import type { ContainerView } from '../view/container-view.ts';
import { PodView } from '../view/pod-view.ts';

/** The last lines of terminated containers, one container per workload. */
export async function readLogs(
  reader: Reader,
  evidence: Evidence,
  most: number,
): Promise<ReadonlyMap<string, LogTail>> {
  const seen = new Set<string>();
  const chosen = (evidence.pods ?? [])
    .map((pod) => new PodView(pod, evidence))
    .filter(({ phase }) => phase !== 'Succeeded')
    .flatMap(({ containers }) => containers.filter(wantsLog))
    .filter(({ pod, name }) => {
      const key = `${pod.owner?.uid ?? pod.name} ${name}`;
      return seen.size < most && !seen.has(key) && seen.add(key) !== undefined;
    });
  const tails = await Promise.all(
    chosen.map(async ({ pod, name, death }) => {
      const previous = death?.earlier === true;
      const lines = await reader.log(`${objectPath('Pod', pod.namespace, pod.name)}/log`, name, previous);
      return lines === undefined ? [] : [[`${pod.name}/${name}`, { lines, previous }] as const];
    }),
  );
  return new Map(tails.flat());
}

/** A container that exited with an error, or an init container that does not complete. */
function wantsLog({ kind, death, troubled, isRunning, uptime, pod }: ContainerView): boolean {
  if (kind === 'ephemeral' || pod.isDeleting) return false;
  if (kind === 'init' && isRunning) return (uptime ?? 0) > 300_000;
  return (
    troubled &&
    death?.reason !== 'StartError' &&
    death?.reason !== 'ContainerStatusUnknown' &&
    !(death?.exitCode === 0 && kind === 'init')
  );
}
