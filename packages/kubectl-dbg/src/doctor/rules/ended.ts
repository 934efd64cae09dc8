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
  if (pod.isMirror) return [look(`It is a static pod: check its manifest on ${where(pod)}`)];
  return pod.owner === undefined
    ? [change('It has no controller that replaces it: recreate it')]
    : [
        look(
          `Check whether ${pod.owner.kind} ${pod.owner.name} has replaced it`,
          pod.kubectl('get', `${pod.owner.kind.toLowerCase()}/${pod.owner.name}`),
        ),
        destructive('Delete this pod', pod.kubectl('delete', 'pod', pod.name), 'delete pods'),
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
  return found === null ? '' : `; container ${found[1]} used ${found[2]} and had requested ${found[3]}`;
}

const ROWS: readonly EndedRow[] = [
  {
    id: 'T3',
    name: 'Evicted: the pod exceeded its own storage limit',
    shows:
      'Phase Failed, reason Evicted, and the message contains a limit of the container, the pod or an emptyDir.',
    explain:
      'The pod exceeded its limit on ephemeral storage, or the sizeLimit of an emptyDir. The node is not the cause. Logs count too.',
    matches: (pod) => evicted(pod) && OWN_LIMIT.test(pod.message),
    title: (pod) => `${pod.ref} was evicted because it exceeded its own storage limit: ${said(pod)}`,
    group: () => 'evicted for exceeding their own storage limits',
    next: (pod) => [change('Raise the limit, write less, or use a volume'), ...leftover(pod)],
  },
  {
    id: 'T1',
    name: 'Evicted: the node ran short of memory',
    shows:
      'Phase Failed, reason Evicted, and the message contains memory; condition DisruptionTarget with TerminationByKubelet.',
    explain:
      'The node ran short of memory and evicted the pods that exceeded their requests most. The exit codes of the containers have no meaning then. Requests close to the actual usage protect a pod.',
    matches: (pod) => evicted(pod) && !OWN_LIMIT.test(pod.message) && /memory/i.test(scarce(pod)),
    title: (pod) => `${pod.ref} was evicted: ${where(pod)} ran short of memory${usage(pod)}`,
    group: () => 'evicted because their node ran short of memory',
    next: (pod) => [change('Set memory requests that match the actual usage'), ...leftover(pod)],
  },
  {
    id: 'T2',
    name: 'Evicted: the node ran short of disk space, inodes or process ids',
    shows:
      'Phase Failed, reason Evicted, and the message contains ephemeral-storage, inodes, pids, or a pressure condition.',
    explain:
      'The node ran short of disk space for logs, emptyDirs and images, of inodes, or of process ids, and evicted pods to reclaim them.',
    matches: (pod) => evicted(pod) && !OWN_LIMIT.test(pod.message) && !/memory/i.test(scarce(pod)),
    title: (pod) => `${pod.ref} was evicted: ${where(pod)} ran short of ${scarce(pod)}${usage(pod)}`,
    group: (pod) => `evicted because their node ran short of ${scarce(pod)}`,
    next: (pod) => [
      look(
        'See the conditions of the node',
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
      'The pod was terminated after spec.activeDeadlineSeconds; its containers then have exit code 137 or 143.',
    matches: (pod) => failedFor(pod, 'DeadlineExceeded'),
    title: (pod) =>
      `${pod.ref} was terminated because its deadline of ${pod.pod.spec?.activeDeadlineSeconds ?? '?'}s (activeDeadlineSeconds) passed`,
    group: () => 'terminated by their activeDeadlineSeconds',
    next: (pod) => [change('Raise activeDeadlineSeconds, or reduce the work'), ...leftover(pod)],
  },
  {
    id: 'T5',
    name: 'The node refused the pod: insufficient resources',
    shows:
      'Phase Failed, reason OutOfcpu, OutOfmemory, OutOfpods or another that starts with OutOf; no container was created.',
    explain:
      'The node has fewer free resources than the scheduler assumed, or the pod bypassed the scheduler with spec.nodeName.',
    matches: (pod) => pod.phase === 'Failed' && pod.reason.startsWith('OutOf'),
    title: (pod) =>
      `${where(pod)} refused ${pod.ref} for lack of ${pod.reason.slice('OutOf'.length)}: ${said(pod)}`,
    group: (pod) => `refused by their node for lack of ${pod.reason.slice('OutOf'.length)}`,
    next: (pod) => [change('Remove spec.nodeName, so that the scheduler chooses a node'), ...leftover(pod)],
  },
  {
    id: 'T6',
    name: 'The node refused the pod: it does not match',
    shows:
      'Phase Failed, reason NodeAffinity, NodeName, NodePorts, PodOSNotSupported, PodFeatureUnsupported or the like.',
    explain:
      'The pod was bound to a node that does not match: other labels, a host port in use, another operating system. Usually spec.nodeName was set manually.',
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
    next: (pod) => [change('Remove spec.nodeName, or choose a matching node'), ...leftover(pod)],
  },
  {
    id: 'T7',
    name: 'The node refused the pod: device or topology',
    shows: 'Phase Failed, reason UnexpectedAdmissionError or TopologyAffinityError.',
    explain:
      'A device plugin could not allocate the requested device, or CPUs, memory and devices cannot be aligned as the node’s topology manager policy requires.',
    matches: (pod) => failedFor(pod, 'UnexpectedAdmissionError', 'TopologyAffinityError'),
    title: (pod) => `${where(pod)} refused ${pod.ref} (${pod.reason}): ${said(pod)}`,
    next: (pod) => [look('Check whether the device plugin on that node is healthy'), ...leftover(pod)],
  },
  {
    id: 'T7b',
    name: 'The node refused the pod: too many disks',
    shows: 'Phase Failed, reason VolumeAttachmentLimitExceeded.',
    explain: 'The node cannot attach another disk, although the scheduler assumed it could.',
    matches: (pod) => failedFor(pod, 'VolumeAttachmentLimitExceeded'),
    title: (pod) => `${where(pod)} refused ${pod.ref}: it cannot attach another disk`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T8',
    name: 'The node refused the pod: a setting it does not allow',
    shows:
      'Phase Failed, reason SysctlForbidden, AppArmor, SupplementalGroupsPolicyNotSupported, PodLevelResourcesNotSupported, InitContainerRestartPolicyForbidden or UnknownReason.',
    explain: 'The kubelet of that node does not allow or support a setting of the pod, such as a sysctl.',
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
    next: (pod) => [change('Remove that setting, or ask the administrators to allow it'), ...leftover(pod)],
  },
  {
    id: 'T10',
    name: 'Terminated to make room for a critical pod',
    shows: 'Phase Failed, reason Preempting.',
    explain: 'The node terminated the pod to make room for a system-critical one.',
    matches: (pod) => failedFor(pod, 'Preempting'),
    title: (pod) => `${pod.ref} was terminated: ${where(pod)} made room for a critical pod`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T14',
    name: 'The node was shut down',
    shows: 'Phase Failed, reason Terminated with a message about a shutdown, or NodeShutdown.',
    explain: 'The node was shut down gracefully, and terminated or refused its pods first.',
    matches: (pod) =>
      failedFor(pod, 'NodeShutdown', 'Shutdown') ||
      (failedFor(pod, 'Terminated') && /shutdown|shutting/i.test(pod.message)),
    title: (pod) => `${pod.ref} was terminated because ${where(pod)} was shut down`,
    next: (pod) => leftover(pod),
  },
  {
    id: 'T9',
    name: 'Preempted by a pod of higher priority',
    shows: 'Condition DisruptionTarget with PreemptionByScheduler; event Preempted.',
    explain: 'The scheduler removed the pod to make room for one of higher priority.',
    matches: (pod) => disruption(pod)?.reason === 'PreemptionByScheduler',
    title: (pod) => `${pod.ref} was removed to make room for a pod of higher priority`,
    group: () => 'removed for pods of higher priority',
    next: (pod) => [
      change('Give it a higher priorityClassName, or add capacity to the cluster'),
      ...leftover(pod),
    ],
  },
  {
    id: 'T11',
    name: 'Evicted through the API',
    shows: 'Condition DisruptionTarget with EvictionByEvictionAPI.',
    explain:
      'A user or an autoscaler drained the node or evicted the pod. This is planned; check whether another pod has replaced it.',
    matches: (pod) => disruption(pod)?.reason === 'EvictionByEvictionAPI',
    title: (pod) =>
      `${pod.ref} was evicted on purpose: ${where(pod)} is being drained, or the pod was evicted through the API`,
    group: () => 'evicted on purpose',
    next: (pod) => leftover(pod),
  },
  {
    id: 'T12',
    name: 'Removed by a taint of its node',
    shows: 'Condition DisruptionTarget with DeletionByTaintManager; event TaintManagerEviction.',
    explain:
      'The node got a NoExecute taint that the pod does not tolerate. The taints not-ready and unreachable are added when the node stops responding; by default pods tolerate them for 300 s.',
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
    name: 'Its node no longer exists',
    shows: 'Condition DisruptionTarget with DeletionByPodGC.',
    explain: 'The node was removed, for example by a scale-down or the end of a spot instance.',
    matches: (pod) => disruption(pod)?.reason === 'DeletionByPodGC',
    title: (pod) => `${pod.ref} was terminated because ${where(pod)} no longer exists`,
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
    shows: 'A container terminated with reason ContainerStatusUnknown.',
    explain: 'The node no longer knows the container; the exit code 137 is a placeholder without meaning.',
    yieldsTo: ['T1', 'T2', 'T3', 'T4', 'T13', 'T14'],
    find(pod) {
      const lost = pod.containers.find(({ death }) => death?.reason === 'ContainerStatusUnknown');
      if (lost === undefined || (pod.isReady && !lost.troubled)) return undefined;
      return {
        title: `How ${lost.label} of ${pod.ref} terminated is unknown: its node lost track of it`,
        group: 'their nodes lost track of how they terminated',
        evidence: [lost.deathFact()],
        next: leftover(pod),
      };
    },
  }),
  rule('pod', {
    id: 'T16',
    level: 2,
    name: 'The program failed and is not restarted',
    shows:
      'Phase Failed without a reason, restartPolicy Never, and a container with an exit code other than 0.',
    explain:
      'The pod’s program exited with an error, and its restart policy does not restart it. Its log has the reason, as long as the pod exists.',
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
        title: `${pod.ref} failed: ${failed.label} exited with code ${code}${meaning === '' ? '' : ` (${meaning})`} and is not restarted`,
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
    shows: 'Phase Failed with an unknown reason.',
    explain: 'The pod as a whole has failed; only its reason and message are known.',
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
