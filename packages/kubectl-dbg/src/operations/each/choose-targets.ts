import { compareText } from '../../base/compare-text.ts';
import type { EachSelection } from './request.ts';
import { containerSkip, type FleetTarget, podKey, type Skip } from './fleet-target.ts';

/** A skipped target, with its reason. */
export interface SkippedTarget {
  target: FleetTarget;
  skip: Skip;
}

/** The remaining targets. */
export interface ChosenTargets {
  targets: FleetTarget[];
  skipped: SkippedTarget[];
}

/**
 * Narrows candidates down: removes containers that do not run, other shards, all but one of each workload, all but a
 * sample. The same candidates give the same choice, whatever their order.
 */
export function chooseTargets(candidates: readonly FleetTarget[], selection: EachSelection): ChosenTargets {
  const skipped: SkippedTarget[] = [];
  const keep = (list: readonly FleetTarget[], reasonTo: (target: FleetTarget) => Skip | undefined) =>
    list.filter((target) => {
      const skip = reasonTo(target);
      if (skip !== undefined) skipped.push({ target, skip });
      return skip === undefined;
    });
  const { shard, onePerOwner, sample } = selection;
  let targets = [...candidates].toSorted(byName);
  if (shard !== undefined) {
    targets = keep(targets, ({ uid }) =>
      hashOf(uid) % shard.total === shard.index
        ? undefined
        : { reason: 'OtherShard', message: `it is not in shard ${shard.index + 1} of ${shard.total}` },
    );
  }
  targets = keep(targets, containerSkip);
  if (onePerOwner) {
    const chosen = new Map<string, FleetTarget>();
    for (const target of targets) {
      const owner = ownerKey(target);
      const known = chosen.get(owner);
      if (known === undefined || (target.isReady && !known.isReady)) chosen.set(owner, target);
    }
    targets = keep(targets, (target) => {
      const one = chosen.get(ownerKey(target));
      return one === target
        ? undefined
        : { reason: 'OtherOfOwner', message: `${one?.pod ?? ''} represents all of ${target.owner ?? ''}` };
    });
  }
  if (sample !== undefined && sample.count < targets.length) {
    const drawn = new Set(
      [...targets]
        .toSorted(
          (a, b) =>
            hashOf(`${sample.seed} ${a.uid} ${a.container}`) -
              hashOf(`${sample.seed} ${b.uid} ${b.container}`) || byName(a, b),
        )
        .slice(0, sample.count),
    );
    targets = keep(targets, (target) =>
      drawn.has(target)
        ? undefined
        : { reason: 'NotInSample', message: `it is not in the sample of ${sample.count}` },
    );
  }
  return { targets, skipped };
}

function ownerKey(target: FleetTarget): string {
  return `${target.namespace}/${target.owner ?? podKey(target)}/${target.container}`;
}

function byName(a: FleetTarget, b: FleetTarget): number {
  return compareText(podKey(a), podKey(b)) || a.containerIndex - b.containerIndex;
}

/** A stable, well-mixed 32-bit hash of a text: FNV-1a with a final avalanche (MurmurHash3's). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}
