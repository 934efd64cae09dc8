import type { FleetTarget } from './fleet-target.ts';

/**
 * Orders targets so that the first target of each node comes before any second one: it pulls the image, and a node that
 * can't pull is known before its other targets are tried. Of a node's targets, a ready one with an owner is first: a
 * restart at a bad time harms it least.
 */
export function firstWave(targets: readonly FleetTarget[]): FleetTarget[] {
  const byNode = new Map<string, FleetTarget[]>();
  for (const target of targets) {
    const list = byNode.get(target.node ?? '');
    if (list === undefined) byNode.set(target.node ?? '', [target]);
    else list.push(target);
  }
  const first = [...byNode.values()].map((list) => list.reduce((a, b) => (worth(b) > worth(a) ? b : a)));
  const chosen = new Set(first);
  // Then the nodes in turn, so no node waits for another.
  const queues = [...byNode.values()].map((list) => list.filter((target) => !chosen.has(target)));
  const rest: FleetTarget[] = [];
  for (let turn = 0; rest.length < targets.length - first.length; turn += 1) {
    for (const queue of queues) {
      const target = queue[turn];
      if (target !== undefined) rest.push(target);
    }
  }
  return [...first, ...rest];
}

function worth({ isReady, owner }: FleetTarget): number {
  return Number(isReady) + Number(owner !== undefined);
}
