import { change, destructive, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { PodView } from '../view/pod-view.ts';
import { lastClause } from '../classify/pull.ts';
import { describeExit } from '../classify/exit-code.ts';

/** A pod that terminated as a whole, by `status.reason` or by the condition DisruptionTarget. */
interface EndedRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  yieldsTo?: readonly string[];
  matches(pod: PodView): boolean;
  title(pod: PodView): string;
  group?(pod: PodView): string;
  next?(pod: PodView): Match['next'];
}

const disruption = (pod: PodView) => {
  const condition = pod.condition('DisruptionTarget');
  return condition?.status === 'True' ? condition : undefined;
};
const failedFor = (pod: PodView, ...reasons: string[]) =>
  pod.phase === 'Failed' && reasons.includes(pod.reason);
const evicted = (pod: PodView) => pod.phase === 'Failed' && pod.reason === 'Evicted';
const OWN_LIMIT = /exceeds? the (total )?limit|exceeded (its|the) .*limit/i;
const where = (pod: PodView) => (pod.node === undefined ? 'its node' : `node ${pod.node}`);
const said = (pod: PodView) => lastClause(pod.message.trim(), 300);

/** What to do with a terminated pod: its owner creates another, or somebody must. */
function leftover(pod: PodView): NonNullable<Match['next']> {
  if (pod.isMirror) return [look(`The pod comes from a file on ${where(pod)}: see to it there`)];
  return pod.owner === undefined
    ? [change('No controller makes another one: create it again')]
    : [
        look(
          `See whether ${pod.owner.kind} ${pod.owner.name} has made another one`,
          pod.kubectl('get', `${pod.owner.kind.toLowerCase()}/${pod.owner.name}`),
        ),
        destructive('Delete what is left of this one', pod.kubectl('delete', 'pod', pod.name), 'delete pods'),
      ];
}

/** The resource that the eviction manager was short of. */
function scarce(pod: PodView): string {
  return (
    /low on resource: ([\w-]+)/i.exec(pod.message)?.[1] ??
    /had condition: \[([^\]]*)\]/i.exec(pod.message)?.[1] ??
    'a resource'
  );
}

/** Usage by container, as the eviction message reports it. */
function usage(pod: PodView): string {
  const found = /container (\S+) was using (\S+), request is (\S+?)[,.]/i.exec(pod.message);
  return found === null ? '' : `; container ${found[1]} used ${found[2]} and had asked for ${found[3]}`;
}

const ROWS: readonly EndedRow[] = [
  {
    id: 'T3',
    name: 'The pod went past its own storage limit',
    shows:
      'Phase Failed, reason Evicted, and the message names a limit of the container, the pod or an emptyDir.',
    explain:
      'The pod wrote more than the limit on ephemeral storage, or an emptyDir’s sizeLimit, allows. The node is not at fault. Logs count too.',
    matches: (pod) => evicted(pod) && OWN_LIMIT.test(pod.message),
    title: (pod) => `${pod.ref} was evicted because it wrote more than its own limit: ${said(pod)}`,
    group: () => 'evicted for writing more than their own storage limits',
    next: (pod) => [change('Raise the limit, write less, or use a volume'), ...leftover(pod)],
  },
  {
    id: 'T1',
    name: 'Evicted: the node ran short of memory',
    shows:
      'Phase Failed, reason Evicted, and the message names memory; condition DisruptionTarget with TerminationByKubelet.',
    explain:
      'The node ran out of memory and ended the pods that used most beyond what they had asked for. Exit codes of the containers mean nothing then. Requests near the real use protect a pod.',
    matches: (pod) => evicted(pod) && !OWN_LIMIT.test(pod.message) && /memory/i.test(scarce(pod)),
    title: (pod) => `${pod.ref} was evicted: ${where(pod)} ran short of memory${usage(pod)}`,
    group: () => 'evicted because their node ran short of memory',
    next: (pod) => [change('Set memory requests that match the real use'), ...leftover(pod)],
  },
  {
    id: 'T2',
    name: 'Evicted: the node ran short of disk or process numbers',
    shows:
      'Phase Failed, reason Evicted, and the message names ephemeral-storage, inodes, pids, or a pressure condition.',
    explain:
      'The node ran short of something and ended pods to get it back: disk for logs, emptyDirs and images, inodes, or process ids.',
    matches: (pod) => evicted(pod) && !OWN_LIMIT.test(pod.message) && !/memory/i.test(scarce(pod)),
    title: (pod) => `${pod.ref} was evicted: ${where(pod)} ran short of ${scarce(pod)}${usage(pod)}`,
    group: (pod) => `evicted because their node ran short of ${scarce(pod)}`,
    next: (pod) => [
      look(
        'See what the node says of its disks',
        ['describe', 'node', pod.node ?? ''],
        'get nodes in the whole cluster',
      ),
      ...leftover(pod),
    ],
  },
  {
    id: 'T4',
    name: 'The pod’s deadline passed',
    shows: 'Phase Failed, reason DeadlineExceeded.',
    explain:
      'spec.activeDeadlineSeconds ran out and the pod was ended for it; its containers show 137 or 143 then.',
    matches: (pod) => failedFor(pod, 'DeadlineExceeded'),
    title: (pod) =>
      `${pod.ref} was ended because its deadline of ${pod.pod.spec?.activeDeadlineSeconds ?? '?'}s (activeDeadlineSeconds) passed`,
    group: () => 'ended by their activeDeadlineSeconds',
    next: (pod) => [change('Raise activeDeadlineSeconds, or make the work shorter'), ...leftover(pod)],
  },
  {
    id: 'T5',
    name: 'The node refused the pod: no room',
    shows:
      'Phase Failed, reason OutOfcpu, OutOfmemory, OutOfpods or another that begins with OutOf; no container was made.',
    explain:
      'The node found that it lacks the room that the scheduler believed in, or the pod went around the scheduler with spec.nodeName.',
    matches: (pod) => pod.phase === 'Failed' && pod.reason.startsWith('OutOf'),
    title: (pod) =>
      `${where(pod)} refused ${pod.ref} for lack of ${pod.reason.slice('OutOf'.length)}: ${said(pod)}`,
    group: (pod) => `refused by their node for lack of ${pod.reason.slice('OutOf'.length)}`,
    next: (pod) => [change('Leave spec.nodeName out, so that the scheduler finds room'), ...leftover(pod)],
  },
  {
    id: 'T6',
    name: 'The node refused the pod: it does not fit there',
    shows:
      'Phase Failed, reason NodeAffinity, NodeName, NodePorts, PodOSNotSupported, PodFeatureUnsupported or the like.',
    explain:
      'The pod was bound to a node that its own rules exclude: wrong labels, a host port that is taken, another operating system. Most often spec.nodeName was set by hand.',
    matches: (pod) =>
      failedFor(
        pod,
        'NodeAffinity',
        'NodeName',
        'NodePorts',
        'NodeUnschedulable',
        'PodOSNotSupported',
        'PodOSSelectorNodeLabelDoesNotMatch',
        'PodFeatureUnsupported',
        'InvalidNodeInfo',
      ),
    title: (pod) => `${where(pod)} refused ${pod.ref} (${pod.reason}): ${said(pod)}`,
    group: (pod) => `refused by their node (${pod.reason})`,
    next: (pod) => [change('Leave spec.nodeName out, or choose a node that fits'), ...leftover(pod)],
  },
  {
    id: 'T7',
    name: 'The node refused the pod: device or topology',
    shows: 'Phase Failed, reason UnexpectedAdmissionError or TopologyAffinityError.',
    explain:
      'A device plugin could not give what was asked for, or CPUs, memory and devices do not lie together as the node’s topology policy demands.',
    matches: (pod) => failedFor(pod, 'UnexpectedAdmissionError', 'TopologyAffinityError'),
    title: (pod) => `${where(pod)} refused ${pod.ref} (${pod.reason}): ${said(pod)}`,
    next: (pod) => [look('Is the device plugin on that node well?'), ...leftover(pod)],
  },
  {
    id: 'T7b',
    name: 'The node refused the pod: too many disks',
    shows: 'Phase Failed, reason VolumeAttachmentLimitExceeded.',
    explain: 'The node cannot attach one more disk, and the scheduler thought it could.',
    matches: (pod) => failedFor(pod, 'VolumeAttachmentLimitExceeded'),
    title: (pod) => `${where(pod)} refused ${pod.ref}: it cannot attach one more disk`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T8',
    name: 'The node refused the pod: a setting it does not allow',
    shows:
      'Phase Failed, reason SysctlForbidden, AppArmor, SupplementalGroupsPolicyNotSupported, PodLevelResourcesNotSupported, InitContainerRestartPolicyForbidden or UnknownReason.',
    explain: 'The kubelet of that node does not allow or know something the pod asks for, such as a sysctl.',
    matches: (pod) =>
      failedFor(
        pod,
        'SysctlForbidden',
        'AppArmor',
        'SupplementalGroupsPolicyNotSupported',
        'PodLevelResourcesNotSupported',
        'InitContainerRestartPolicyForbidden',
        'UnknownReason',
      ),
    title: (pod) => `${where(pod)} refused ${pod.ref} (${pod.reason}): ${said(pod)}`,
    group: (pod) => `refused by their node (${pod.reason})`,
    next: (pod) => [change('Leave that setting out, or have the administrators allow it'), ...leftover(pod)],
  },
  {
    id: 'T10',
    name: 'Ended to make room for a critical pod',
    shows: 'Phase Failed, reason Preempting.',
    explain: 'The node ended the pod to make room for a system-critical one.',
    matches: (pod) => failedFor(pod, 'Preempting'),
    title: (pod) => `${pod.ref} was ended: ${where(pod)} made room for a critical pod`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T14',
    name: 'The node was shut down',
    shows: 'Phase Failed, reason Terminated with words of a shutdown, or NodeShutdown.',
    explain: 'The node was shut down in good order, and ended or refused its pods first.',
    matches: (pod) =>
      failedFor(pod, 'NodeShutdown', 'Shutdown') ||
      (failedFor(pod, 'Terminated') && /shutdown|shutting/i.test(pod.message)),
    title: (pod) => `${pod.ref} ended because ${where(pod)} was shut down`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T9',
    name: 'Preempted by a more important pod',
    shows: 'Condition DisruptionTarget with PreemptionByScheduler; event Preempted.',
    explain: 'The scheduler removed the pod to make room for one of higher priority.',
    matches: (pod) => disruption(pod)?.reason === 'PreemptionByScheduler',
    title: (pod) => `${pod.ref} was removed to make room for a pod of higher priority`,
    group: () => 'removed for pods of higher priority',
    next: (pod) => [change('Give it a higher priorityClassName, or the cluster more room'), ...leftover(pod)],
  },
  {
    id: 'T11',
    name: 'Evicted through the API',
    shows: 'Condition DisruptionTarget with EvictionByEvictionAPI.',
    explain:
      'Somebody, or an autoscaler, drained the node or evicted the pod: planned work. What matters is whether another pod took its place.',
    matches: (pod) => disruption(pod)?.reason === 'EvictionByEvictionAPI',
    title: (pod) =>
      `${pod.ref} was evicted on purpose: ${where(pod)} is being drained, or somebody evicted the pod`,
    group: () => 'evicted on purpose',
    next: (pod) => leftover(pod),
  },
  {
    id: 'T12',
    name: 'Removed by a taint of its node',
    shows: 'Condition DisruptionTarget with DeletionByTaintManager; event TaintManagerEviction.',
    explain:
      'The node got a NoExecute taint that the pod does not tolerate. Taints not-ready and unreachable come when the node stops answering, after 300 s by default.',
    yieldsTo: ['N1'],
    matches: (pod) => /^DeletionBy(Device)?TaintManager$/.test(disruption(pod)?.reason ?? ''),
    title: (pod) => `${pod.ref} was removed because ${where(pod)} got a taint that it does not tolerate`,
    group: () => 'removed by taints of their nodes',
    next: (pod) => [
      look(
        'See the taints of the node',
        ['describe', 'node', pod.node ?? ''],
        'get nodes in the whole cluster',
      ),
      ...leftover(pod),
    ],
  },
  {
    id: 'T13',
    name: 'Its node is gone',
    shows: 'Condition DisruptionTarget with DeletionByPodGC.',
    explain: 'The node was taken away: scaled down, or a spot machine that was taken back.',
    matches: (pod) => disruption(pod)?.reason === 'DeletionByPodGC',
    title: (pod) => `${pod.ref} ended because ${where(pod)} no longer exists`,
    next: (pod) => leftover(pod),
  },
];

/** Whether another pod of its owner has replaced it, so that its end is history. */
export function isReplaced(pod: PodView): boolean {
  const uid = pod.owner?.uid;
  if (uid === undefined) return false;
  const others = (pod.evidence.pods ?? []).filter(
    ({ metadata }) =>
      metadata?.uid !== pod.pod.metadata?.uid &&
      metadata?.ownerReferences?.some((owner) => owner.uid === uid) === true,
  );
  return others.some((other) =>
    other.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
}

const evidenceOf = (pod: PodView) => [
  ...(pod.reason === '' ? [] : [pod.reasonFact()]),
  ...(disruption(pod) === undefined ? [] : [disruption(pod)!.fact]),
];

export const ENDED_RULES: readonly Rule<'pod'>[] = [
  ...ROWS.map((row) =>
    rule('pod', {
      id: row.id,
      level: 2,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      ...(row.yieldsTo === undefined ? {} : { yieldsTo: row.yieldsTo }),
      find(pod): Match | undefined {
        if (!row.matches(pod)) return undefined;
        const group = row.group?.(pod);
        return {
          title: row.title(pod),
          ...(group === undefined ? {} : { group }),
          evidence: evidenceOf(pod),
          next: row.next?.(pod) ?? [],
          ...(isReplaced(pod) ? { severity: 'note' as const } : {}),
        };
      },
    }),
  ),
  rule('pod', {
    id: 'T15',
    level: 2,
    name: 'The state of the containers was lost',
    shows: 'A container ended with reason ContainerStatusUnknown.',
    explain:
      'The node has no memory of the container any more; exit code 137 is made up. There is nothing to learn from it.',
    yieldsTo: ['T1', 'T2', 'T3', 'T4', 'T13', 'T14'],
    find(pod) {
      const lost = pod.containers.find(({ death }) => death?.reason === 'ContainerStatusUnknown');
      if (lost === undefined || (pod.isReady && !lost.troubled)) return undefined;
      return {
        title: `Nobody knows how ${lost.label} of ${pod.ref} ended: its node lost track of it`,
        group: 'their nodes lost track of how they ended',
        evidence: [lost.deathFact()],
        next: leftover(pod),
      };
    },
  }),
  rule('pod', {
    id: 'T16',
    level: 2,
    name: 'The program failed and is not started again',
    shows:
      'Phase Failed without a reason, restartPolicy Never, and a container with an exit code other than 0.',
    explain:
      'The pod’s program ended with an error, and its restart policy leaves it at that. Its log says why, as long as the pod is there.',
    yieldsTo: [
      'K3',
      'K9',
      'K11',
      'K12',
      'K13',
      'K14',
      'K15',
      'K16',
      'R1',
      'R2',
      'R3',
      'R4',
      'R5',
      'R6',
      'R7',
      'R9',
      'T15',
      'I1',
    ],
    find(pod) {
      if (pod.phase !== 'Failed' || pod.reason !== '' || disruption(pod) !== undefined) return undefined;
      const failed = pod.containers.find(({ death }) => death !== undefined && death.exitCode !== 0);
      if (failed === undefined) return undefined;
      const code = failed.death?.exitCode ?? 0;
      const meaning = describeExit(code);
      return {
        title: `${pod.ref} failed: ${failed.label} ended with exit code ${code}${meaning === '' ? '' : ` (${meaning})`} and is not started again`,
        group: `failed with exit code ${code}`,
        evidence: [failed.deathFact(), ...failed.logFacts()],
        next: [
          look('Read its log', pod.kubectl('logs', pod.name, '-c', failed.name, '--tail=50')),
          ...leftover(pod),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'T18',
    level: 2,
    name: 'The pod failed for another reason',
    shows: 'Phase Failed with a reason that is not among the known ones.',
    explain: 'The pod as a whole has failed; its reason and message are the best that is known.',
    find(pod) {
      if (pod.phase !== 'Failed' || pod.reason === '' || ROWS.some((row) => row.matches(pod)))
        return undefined;
      return {
        title: `${pod.ref} has failed (${pod.reason})${pod.message === '' ? '' : `: ${said(pod)}`}`,
        group: `failed (${pod.reason})`,
        evidence: [pod.reasonFact()],
        next: leftover(pod),
      };
    },
  }),
];
