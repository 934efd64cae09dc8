import { sanitise } from '../../base/sanitise.ts';
import type { SkippedTarget } from '../../operations/each/choose-targets.ts';
import type { FleetTarget } from '../../operations/each/fleet-target.ts';
import type { EachRequest } from '../../operations/each/request.ts';
import { alignRows } from '../align-rows.ts';

/** Bytes that a terminated ephemeral container permanently adds to its pod: about 200 in its spec, 650 in its status. */
const BYTES_LEFT = 850;

/** The targets of a run, the skipped pods and why, and what the run would leave behind. */
export function listTargets(
  targets: readonly FleetTarget[],
  skipped: readonly SkippedTarget[],
  { workflow }: EachRequest,
): string {
  const rows = targets.map((target) => [
    target.namespace,
    target.pod === '' ? '-' : target.pod,
    target.container === '' ? '-' : target.container,
    target.node ?? '-',
    target.owner ?? '-',
  ]);
  const passed = skipped.map(({ target, skip }) => [
    target.namespace,
    target.pod === '' ? (target.node ?? '-') : target.pod,
    `${skip.reason}: ${skip.message}`,
  ]);
  const nodes = new Set(targets.map(({ node }) => node)).size;
  const owners = new Set(targets.map(({ namespace, owner, pod }) => `${namespace}/${owner ?? pod}`)).size;
  return [
    ...table(['NAMESPACE', 'POD', 'CONTAINER', 'NODE', 'OWNER'], rows),
    ...(passed.length === 0 ? [] : ['', ...table(['NAMESPACE', 'SKIPPED', 'WHY'], passed)]),
    '',
    `${targets.length} targets of ${owners} workloads on ${nodes} nodes; ${skipped.length} skipped`,
    workflow === 'ephemeral'
      ? `Left behind: a terminated debug container in each pod until the pod is recreated, some ${Math.ceil((targets.length * BYTES_LEFT) / 1024)} KiB in all`
      : 'Left behind: nothing; each created pod is deleted after its command',
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return alignRows([head, ...rows].map((row) => row.map((cell) => sanitise(cell))));
}
