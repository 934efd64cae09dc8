import type { Misfit } from '../../resources/nodes/node-fit.ts';

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/** The scheduler's message if no node fits a pod. Preemption never helps here. */
export function refusalOfNodes(misfits: readonly Misfit[]): string {
  if (misfits.length === 0) return 'no nodes available to schedule pods';
  const reasons = misfits.flatMap((misfit) => misfit.reasons);
  const preemption = misfits.map(({ preemptionMayHelp }) => (preemptionMayHelp ? NO_VICTIMS : NOT_HELPFUL));
  return refusalMessage(misfits.length, histogram(reasons), preemption);
}

/** The same if no node was examined, because none could fit. */
export function refusalBeforeNodes(count: number, reason: string): string {
  return refusalMessage(
    count,
    reason,
    Array.from({ length: count }, () => NOT_HELPFUL),
  );
}

function refusalMessage(count: number, reasons: string, preemption: readonly string[]): string {
  const available = `0/${count} nodes are available:`;
  return `${available} ${reasons}. no new claims to deallocate, preemption: ${available} ${histogram(preemption)}.`;
}

/** The number of nodes for each reason. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .toSorted()
    .join(', ');
}
