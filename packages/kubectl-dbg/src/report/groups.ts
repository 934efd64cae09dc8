import { createHash } from 'node:crypto';
import { compareText } from '../base/compare-text.ts';
import { type ReportGroup, targetName, type TargetResult } from '../model/report.ts';
import { type MaskFacts, maskOwnNames } from './mask.ts';

/**
 * `exact`: same exit code and bytes; `similar`: same except for the target's own names and times; `none`: no grouping.
 */
export type Grouping = 'exact' | 'similar' | 'none';

/** A group while results arrive. */
interface OpenGroup {
  group: ReportGroup;
  /** The first of its targets by name, whose output it shows. */
  first: string;
}

/**
 * Groups results with the same exit code and output as they arrive, in any order. Keeps one copy of each different
 * output, so ten thousand equal ones use the memory of one.
 */
export class OutputGroups {
  readonly #grouping: Grouping;
  readonly #groups = new Map<string, OpenGroup>();

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  /**
   * Adds one result whose command has exited.
   *
   * @param output its kept text
   * @param facts what `similar` masks in it
   */
  add(result: TargetResult, output: string, facts: MaskFacts): void {
    const key = this.#key(result, output, facts);
    const open = this.#groups.get(key);
    const name = targetName(result);
    if (open === undefined) {
      const code = result.exitCode === undefined ? {} : { exitCode: result.exitCode };
      this.#groups.set(key, { group: { ...code, count: 1, targets: [name], output }, first: name });
      return;
    }
    open.group.count += 1;
    open.group.targets.push(name);
    if (compareText(name, open.first) >= 0) return;
    open.first = name;
    open.group.output = output;
  }

  /** The groups: failed ones first, then by size, then by the names of their targets, which are sorted too. */
  groups(): ReportGroup[] {
    const sorted = [...this.#groups.values()].toSorted(
      ({ group: a, first }, { group: b, first: other }) =>
        Number(a.exitCode === 0) - Number(b.exitCode === 0) ||
        b.count - a.count ||
        compareText(first, other) ||
        (a.exitCode ?? 0) - (b.exitCode ?? 0) ||
        compareText(a.output, b.output),
    );
    return sorted.map(({ group }) => ({ ...group, targets: group.targets.toSorted(compareText) }));
  }

  #key(result: TargetResult, output: string, facts: MaskFacts): string {
    const code = result.exitCode ?? '';
    if (this.#grouping === 'none') return `${targetName(result)} ${result.uid}`;
    if (this.#grouping === 'similar') return `${code} ${hashOf(maskOwnNames(output, facts))}`;
    // Truncated outputs with equal beginnings may differ later.
    return `${code} ${result.truncated ? (result.sha256 ?? result.uid) : hashOf(output)}`;
  }
}

/** A fixed-size key of an output. */
function hashOf(output: string): string {
  return createHash('sha256').update(output).digest('base64');
}

/** The reference group for comparisons: the largest passed one, otherwise the largest of all. */
export function referenceGroup(groups: readonly ReportGroup[]): ReportGroup | undefined {
  const largest = (list: readonly ReportGroup[]) =>
    list.reduce<ReportGroup | undefined>((a, b) => (a === undefined || b.count > a.count ? b : a), undefined);
  return largest(groups.filter(({ exitCode }) => exitCode === 0)) ?? largest(groups);
}
