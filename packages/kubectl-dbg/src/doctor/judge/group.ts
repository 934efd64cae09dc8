import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Finding } from '../finding.ts';
import type { PodView } from '../view/pod-view.ts';
import { type Hit, toFinding } from './hit.ts';

/** The hits on one subject, and the number of affected pods. */
export interface Judged {
  hits: readonly Hit[];
  pod?: PodView;
}

/** Maximum of names listed for a group. */
const NAMES = 10;

/** The hits on one pod. */
export interface JudgedPod extends Judged {
  pod: PodView;
}

/** `deployment/web`: the name that a user would use. */
function ownerOf(pod: PodView): string {
  const { workload } = pod;
  return workload === undefined ? pod.ref : `${workload.kind.toLowerCase()}/${workload.name}`;
}

/**
 * Only one log of a workload's pods is read, and it counts for the others: if it hints at why a program exits with an
 * error, the hint applies to the other pods that exit with one.
 */
export function shareHints(judged: readonly JudgedPod[]): JudgedPod[] {
  const key = (pod: PodView, { container = '' }: Hit) => JSON.stringify([ownerOf(pod), container]);
  const hints = new Map(
    judged.flatMap(({ pod, hits }) =>
      hits.filter(({ rule }) => /^K1[1-6]$/.test(rule.id)).map((hit) => [key(pod, hit), hit] as const),
    ),
  );
  return judged.map(({ pod, hits }) => ({
    pod,
    hits: hits.map((hit) => (hit.rule.id === 'K1' ? (hints.get(key(pod, hit)) ?? hit) : hit)),
  }));
}

interface Group {
  hit: Hit;
  pods: Set<string>;
  owners: Set<string>;
}

/** Converts hits to findings: several pods with the same problem are one finding; causes first, the worst on top. */
export function groupFindings(judged: readonly Judged[], commands: FollowUpCommands): Finding[] {
  const groups = new Map<string, Group>();
  for (const { hits, pod } of judged) {
    for (const hit of hits) {
      const alone =
        judged.length === 1 || pod === undefined
          ? `${hit.object} ${hit.container ?? ''} ${hit.match.title}`
          : '';
      const key = JSON.stringify([hit.rule.id, hit.match.group ?? hit.rule.name, hit.becauseOf, alone]);
      const group = groups.get(key) ?? { hit, pods: new Set(), owners: new Set() };
      if (pod !== undefined) {
        group.pods.add(pod.name);
        group.owners.add(ownerOf(pod));
      }
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort(byGravity).map((group) => toGroupFinding(group, commands));
}

const RANK = { fault: 0, effect: 1, unknown: 2, note: 4 } as const;

function byGravity(a: Group, b: Group): number {
  const rank = ({ hit }: Group) =>
    hit.severity !== 'note' && hit.becauseOf.length > 0 ? 3 : RANK[hit.severity];
  return (
    rank(a) - rank(b) ||
    b.pods.size - a.pods.size ||
    a.hit.rule.level - b.hit.rule.level ||
    (b.hit.match.weight ?? 0) - (a.hit.match.weight ?? 0) ||
    a.hit.rule.id.localeCompare(b.hit.rule.id, 'en', { numeric: true })
  );
}

function toGroupFinding({ hit, pods, owners }: Group, commands: FollowUpCommands): Finding {
  const finding = toFinding(hit, commands);
  if (pods.size < 2) return finding;
  const names = [...pods];
  const list = `${names.slice(0, NAMES).join(', ')}${names.length > NAMES ? `, … (${names.length} in all)` : ''}`;
  const group = hit.match.group ?? hit.rule.name.toLowerCase();
  const [owner] = owners;
  return {
    ...finding,
    title: `${pods.size} pods of ${owners.size === 1 ? owner : `${owners.size} workloads`}: ${group}`,
    evidence: [
      ...finding.evidence,
      { object: [...owners].slice(0, NAMES).join(', '), path: 'pods', value: list },
    ],
  };
}
