/** Why some nodes don't fit a pod. */
export interface SchedulerReason {
  /** Id of the rule. */
  id: string;
  /** Number of nodes; 0 if the message means all. */
  nodes: number;
  text: string;
}

/** A parsed scheduler message. */
export interface SchedulerSentence {
  nodes: number | undefined;
  /** Sorted by number of nodes, descending; taints of control planes last. */
  reasons: SchedulerReason[];
}

/** Reasons by the messages of the scheduler's plugins, of several versions; the first match counts. */
const REASONS: readonly (readonly [string, RegExp])[] = [
  ['S12', /persistentvolumeclaim "?[^"\s]+"? not found/i],
  ['S20', /persistentvolumeclaim .* (is being deleted|bound to non-existent)/i],
  ['S21', /was not created for (the )?pod/i],
  ['S31', /unbound immediate persistentvolumeclaims/i],
  ['S22', /resourceclaim .*not (found|created)|waiting for (dynamic )?resource ?claim/i],
  [
    'S23',
    /cannot allocate all claims|device class .*does not exist|resourceclaim not available|in the process of being allocated|resourceclaim/i,
  ],
  ['S27', /gang|mincount|pod ?group/i],
  ['S3', /insufficient (cpu|memory|ephemeral-storage)\b/i],
  ['S5', /insufficient \S+/i],
  ['S11', /too many pods/i],
  ['S6', /taint/i],
  [
    'S17',
    /volume node affinity|persistentvolume's node affinity|no available volume zone|no available persistent volumes/i,
  ],
  ['S18', /max volume count|csi driver .*not (installed|found)|enough free storage|volume limits/i],
  ['S9', /topology spread/i],
  ['S8', /pod (anti-)?affinity|anti-affinity/i],
  ['S7', /node affinity|node selector|nodeselector|requested node name|match.*selector/i],
  ['S10', /free ports|host ?port/i],
  ['S19', /readwriteoncepod|already in-use/i],
  ['S26', /unschedulable/i],
  ['S29', /.*/],
];

const CONTROL_PLANE = /node-role\.kubernetes\.io\/(control-plane|master)/;

/**
 * Parses `0/N nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint(s). preemption: …`. The text about
 * preemption and claims is ignored. A reason for all nodes may precede the numbered reasons. Source: kube-scheduler,
 * framework/types.go (FitError).
 */
export function readScheduler(message: string): SchedulerSentence {
  const head = /(?:^|\s)0\/(\d+) nodes are available:?\s*/.exec(message);
  const nodes = head === null ? undefined : Number(head[1]);
  const body = withoutNoise(head === null ? message : message.slice(head.index + head[0].length)).replace(
    /^pod didn't trigger scale-up:\s*/i,
    '',
  );
  const reasons = split(body).map((part): SchedulerReason => {
    const counted = /^(\d+) (.*)$/s.exec(part);
    const text = (counted?.[2] ?? part).trim();
    const id = REASONS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'S29';
    return { id, nodes: counted === null ? 0 : Number(counted[1]), text };
  });
  const weight = ({ nodes: count, text }: SchedulerReason) =>
    CONTROL_PLANE.test(text) ? -1 : count === 0 ? Number.MAX_SAFE_INTEGER : count;
  return { nodes, reasons: reasons.sort((a, b) => weight(b) - weight(a)) };
}

function withoutNoise(text: string): string {
  const at = text.search(/no new claims to deallocate|preemption: /);
  return at < 0 ? text : text.slice(0, at).trimEnd().replace(/[.,]$/, '');
}

/** Parts begin with a number; a taint in older versions contains commas. */
function split(body: string): string[] {
  return body
    .split(/(?:[,.;]\s+)(?=\d+ )/)
    .map((part) => part.trim().replace(/(?<![.,])[.,]+$/, ''))
    .filter((part) => part !== '');
}
