import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Fact } from '../finding.ts';
import { readScheduler, type SchedulerReason, type SchedulerSentence } from '../classify/scheduler.ts';
import { MINUTE, span, YOUNG } from '../time.ts';
import { readQuantity } from '../../model/quantity.ts';
import type { PodView } from '../view/pod-view.ts';

const NODES = 'list nodes in the whole cluster';

/** The scheduler's last message about a pod: the condition, or a newer event. */
export function schedulerSays(pod: PodView): { sentence: SchedulerSentence; fact: Fact } | undefined {
  if (pod.isScheduled || (pod.phase !== 'Pending' && pod.phase !== '')) return undefined;
  const condition = pod.condition('PodScheduled');
  if (condition !== undefined && condition.status !== 'False') return undefined;
  if (condition?.reason === 'SchedulingGated' || condition?.reason === 'SchedulerError') return undefined;
  if (condition !== undefined && condition.message !== '') {
    return { sentence: readScheduler(condition.message), fact: condition.fact };
  }
  const event = pod.events.find(['FailedScheduling', 'NotTriggerScaleUp']);
  return event && { sentence: readScheduler(event.message), fact: pod.events.fact(event) };
}

/** The containers' requests of a resource, as text. */
function requested(pod: PodView, resource: string): string {
  const asked = pod.containers.flatMap(({ spec, name }) => {
    const amount = spec.resources?.requests?.[resource] ?? spec.resources?.limits?.[resource];
    return amount === undefined ? [] : [`${name} ${amount}`];
  });
  return asked.length === 0 ? '' : ` (requested: ${asked.join(', ')})`;
}

interface SchedulingRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  yieldsTo?: readonly string[];
  /** Completes "…, because ". */
  because(pod: PodView, reason: SchedulerReason): string;
  next(pod: PodView, reason: SchedulerReason): Advice[];
}

const shown = 'PodScheduled False, Unschedulable; the scheduler reports: ';
const nodesList = look('Compare with the nodes', ['describe', 'nodes'], NODES);
const claims = (pod: PodView) => look('List the claims', pod.kubectl('get', 'pvc'));
const claimName = (text: string) => /"([^"]+)"/.exec(text)?.[1] ?? /claim (\S+)/.exec(text)?.[1] ?? '?';

const ROWS: readonly SchedulingRow[] = [
  {
    id: 'S3',
    name: 'Insufficient CPU, memory or storage',
    shows: `${shown}Insufficient cpu, memory or ephemeral-storage.`,
    explain:
      'No node has that much unreserved. What counts are the requests of the existing pods, not their actual usage.',
    yieldsTo: ['S4'],
    because: (pod, { text }) => {
      const resource = /insufficient (\S+)/i.exec(text)?.[1] ?? 'resources';
      return `no node has enough unreserved ${resource}${requested(pod, resource)}`;
    },
    next: () => [nodesList, change('Lower the requests, free resources, or add nodes')],
  },
  {
    id: 'S5',
    name: 'An extended resource is not available',
    shows: `${shown}Insufficient, and an extended resource, such as a GPU.`,
    explain:
      'No node has a free device of this type, or none provides it at all: its device plugin may not be running.',
    because: (pod, { text }) => {
      const resource = /insufficient (\S+)/i.exec(text)?.[1] ?? 'the resource';
      return `no node has ${resource} available${requested(pod, resource)}`;
    },
    next: () => [
      nodesList,
      look('Check whether the device plugin is running on the nodes that should have it'),
    ],
  },
  {
    id: 'S6',
    name: 'Nodes have a taint that the pod does not tolerate',
    shows: `${shown}untolerated taint (since 1.36 without its name).`,
    explain:
      'A taint keeps pods off a node unless they tolerate it. Taints with the prefix node.kubernetes.io mean a problem of the node itself; others reserve it for certain pods.',
    yieldsTo: ['N3'],
    because: (_, { text }) => {
      const taint = /\{([^}]*)\}/.exec(text)?.[1]?.replace(/: $/, '');
      const trouble = /node\.kubernetes\.io\/(not-ready|unreachable|\w+-pressure|network-unavailable)/.exec(
        text,
      )?.[1];
      return trouble === undefined
        ? `nodes have a taint that it does not tolerate${taint === undefined ? '' : ` (${taint})`}`
        : `nodes have problems themselves (${trouble})`;
    },
    next: () => [
      look(
        'List the taints',
        ['get', 'nodes', '-o', 'custom-columns=NAME:.metadata.name,TAINTS:.spec.taints'],
        NODES,
      ),
      change('Add a toleration if the pod should run there'),
    ],
  },
  {
    id: 'S7',
    name: 'No node has the required labels',
    shows: `${shown}node affinity or selector does not match.`,
    explain:
      'nodeSelector or required node affinity needs labels that no node has, or only nodes that are excluded for other reasons.',
    because: (pod) => {
      const selector = Object.entries(pod.pod.spec?.nodeSelector ?? {}).map(
        ([key, value]) => `${key}=${value}`,
      );
      return `no node matches its ${selector.length === 0 ? 'node affinity' : `selector ${selector.join(',')}`}`;
    },
    next: () => [
      look('Compare with the labels of the nodes', ['get', 'nodes', '--show-labels'], NODES),
      change('Correct the selector or label a node'),
    ],
  },
  {
    id: 'S8',
    name: 'Pod affinity or anti-affinity excludes all nodes',
    shows: `${shown}pod affinity or anti-affinity.`,
    explain:
      'Its affinity requires pods that run nowhere, or its anti-affinity excludes pods that run everywhere. With anti-affinity there can be no more replicas than nodes.',
    because: (_, { text }) =>
      /existing pods/i.test(text)
        ? 'the anti-affinity of other pods excludes it'
        : `its ${/anti/i.test(text) ? 'anti-affinity' : 'affinity'} to other pods excludes all nodes`,
    next: (pod) => [
      look('List the pods with their nodes', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('Make the rule preferred instead of required, or reduce the replicas'),
    ],
  },
  {
    id: 'S9',
    name: 'Topology spread constraints exclude all nodes',
    shows: `${shown}topology spread constraints.`,
    explain:
      'The pod would make the distribution more uneven than maxSkew allows, or nodes lack the topologyKey label of the constraint.',
    because: (_, { text }) =>
      `its topology spread constraints exclude all nodes${/missing required label/i.test(text) ? ': nodes lack the label' : ''}`,
    next: () => [
      look('Compare with the labels of the nodes', ['get', 'nodes', '--show-labels'], NODES),
      change('Raise maxSkew, or use whenUnsatisfiable ScheduleAnyway'),
    ],
  },
  {
    id: 'S10',
    name: 'The host port is in use',
    shows: `${shown}no free ports for the requested pod ports.`,
    explain: 'A hostPort can be used only once per node.',
    because: (pod) => {
      const ports = pod.containers.flatMap(({ spec }) =>
        (spec.ports ?? []).flatMap(({ hostPort }) => hostPort ?? []),
      );
      return `host port ${ports.join(', ')} is in use on every suitable node`;
    },
    next: (pod) => [
      look('List the pods with their nodes', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('Use another hostPort, or a Service instead'),
    ],
  },
  {
    id: 'S11',
    name: 'The nodes have their maximum number of pods',
    shows: `${shown}Too many pods.`,
    explain: 'A node accepts 110 pods by default, in some clouds only as many as it has IP addresses.',
    because: () => 'the nodes have their maximum number of pods',
    next: () => [nodesList],
  },
  {
    id: 'S12',
    name: 'A claim does not exist',
    shows: `${shown}persistentvolumeclaim not found.`,
    explain: 'A volume of the pod references a PersistentVolumeClaim that does not exist in its namespace.',
    because: (_, { text }) => `it needs the PersistentVolumeClaim ${claimName(text)}, which does not exist`,
    next: (pod) => [claims(pod), change('Create the claim, or correct its name in the pod')],
  },
  {
    id: 'S17',
    name: 'The volume is not reachable from a suitable node',
    shows: `${shown}volume node affinity, or no available volume zone.`,
    explain: 'The volume can only be used on certain nodes or in one zone, and no node there fits the pod.',
    because: () => 'its volume can only be used on nodes or in a zone where no node fits',
    next: (pod) => [claims(pod), nodesList],
  },
  {
    id: 'S18',
    name: 'Too many volumes, or no driver for them',
    shows: `${shown}max volume count, CSI driver not installed, or not enough free storage.`,
    explain:
      'The nodes cannot attach more volumes, lack the storage driver, or the storage behind it is full.',
    because: (_, { text }) => `of its volumes: ${text}`,
    next: (pod) => [claims(pod)],
  },
  {
    id: 'S19',
    name: 'Another pod uses the volume exclusively',
    shows: `${shown}ReadWriteOncePod volume already in use.`,
    explain: 'The access mode ReadWriteOncePod permits only one pod at a time.',
    because: () => 'another pod uses its volume exclusively (ReadWriteOncePod)',
    next: (pod) => [look('Find the pod that uses the claim', pod.kubectl('describe', 'pvc'))],
  },
  {
    id: 'S20',
    name: 'A claim is lost or being deleted',
    shows: `${shown}the claim is being deleted or bound to a volume that does not exist; the claim has phase Lost.`,
    explain: 'The claim is being deleted, or its PersistentVolume no longer exists, and the data with it.',
    because: (_, { text }) => `a claim of its volumes is lost or being deleted: ${text}`,
    next: (pod) => [claims(pod)],
  },
  {
    id: 'S31',
    name: 'A claim has no volume yet',
    shows: `${shown}unbound immediate PersistentVolumeClaims, without a reason at the claim.`,
    explain:
      'A claim of the pod is not bound to a volume. The claim and its events have the reason, if they can be read.',
    yieldsTo: ['S12', 'S13', 'S14', 'S15', 'S20'],
    because: () => 'a PersistentVolumeClaim of its volumes has no volume yet',
    next: (pod) => [look('See the claims and their events', pod.kubectl('describe', 'pvc'))],
  },
  {
    id: 'S21',
    name: 'The claim of an ephemeral volume already exists',
    shows: `${shown}the claim was not created for this pod.`,
    explain: 'An ephemeral volume needs a claim named POD-VOLUME, and one with that name exists already.',
    because: (_, { text }) => `a claim with the name that it needs exists already: ${text}`,
    next: (pod) => [claims(pod)],
  },
  {
    id: 'S22',
    name: 'A device claim is missing',
    shows: `${shown}resourceclaim not found, or not created yet; event FailedResourceClaimCreation.`,
    explain: 'The pod references a ResourceClaim that does not exist, or whose template cannot be used.',
    because: (_, { text }) => `a device claim is missing: ${text}`,
    next: (pod) => [
      look('See claims and templates', pod.kubectl('get', 'resourceclaims,resourceclaimtemplates')),
    ],
  },
  {
    id: 'S23',
    name: 'A device is not available',
    shows: `${shown}claims cannot be allocated, or the device class does not exist.`,
    explain: 'No free device satisfies the claim, or no driver provides devices of that class.',
    because: (_, { text }) => `no device can be allocated for it: ${text}`,
    next: (pod) => [
      look('See the resource claims', pod.kubectl('describe', 'resourceclaims')),
      look(
        'List the devices',
        ['get', 'deviceclasses,resourceslices'],
        'list deviceclasses and resourceslices in the whole cluster',
      ),
    ],
  },
  {
    id: 'S26',
    name: 'The nodes are cordoned',
    shows: `${shown}nodes were unschedulable.`,
    explain: 'The nodes accept no new pods, usually because of maintenance.',
    because: () => 'nodes are cordoned',
    next: () => [look('List the nodes, and ask the administrators', ['get', 'nodes'], NODES)],
  },
  {
    id: 'S27',
    name: 'It waits for the other pods of its gang',
    shows: `${shown}waiting for members of a gang or pod group.`,
    explain: 'The pods of a gang are scheduled together or not at all, and some of them do not exist yet.',
    because: (_, { text }) => `it is only scheduled together with others: ${text}`,
    next: (pod) => [look('List the pods', pod.kubectl('get', 'pods'))],
  },
  {
    id: 'S29',
    name: 'No node fits, for another reason',
    shows: `${shown}an unknown reason.`,
    explain: 'Only the message of the scheduler is known.',
    because: (_, { text }) => `the scheduler reports: ${text}`,
    next: () => [nodesList],
  },
];

/** One rule per reason. A message with several reasons gives several findings, sorted by number of nodes. */
const SENTENCE_RULES = ROWS.map((row) =>
  rule('pod', {
    id: row.id,
    level: 4,
    name: row.name,
    shows: row.shows,
    explain: row.explain,
    ...(row.yieldsTo === undefined ? {} : { yieldsTo: row.yieldsTo }),
    find(pod): Match | undefined {
      const says = schedulerSays(pod);
      if (says === undefined) return undefined;
      const { sentence, fact } = says;
      const index = sentence.reasons.findIndex(({ id }) => id === row.id);
      const reason = sentence.reasons[index];
      if (reason === undefined) return undefined;
      const all = sentence.nodes;
      const counts = all === undefined || reason.nodes === 0 ? '' : ` (${reason.nodes} of ${all} nodes)`;
      return {
        title: `No node fits ${pod.ref}, because ${row.because(pod, reason)}${counts}`,
        group: `no node fits them, because ${row.because(pod, reason)}`,
        evidence: [fact],
        next: row.next(pod, reason),
        weight: sentence.reasons.length - index,
      };
    },
  }),
);

export const SCHEDULING_RULES: readonly Rule<'pod'>[] = [
  ...SENTENCE_RULES,
  rule('pod', {
    id: 'S1',
    level: 4,
    name: 'Held back by a scheduling gate',
    shows: 'PodScheduled False, SchedulingGated; spec.schedulingGates.',
    explain:
      'The pod was created with a scheduling gate, which a controller must remove. The domain of the gate shows which controller.',
    find(pod) {
      const gates = (pod.pod.spec?.schedulingGates ?? []).map(({ name }) => name);
      const condition = pod.condition('PodScheduled');
      if (pod.isScheduled || (gates.length === 0 && condition?.reason !== 'SchedulingGated'))
        return undefined;
      return {
        title: `${pod.ref} is held back on purpose by scheduling gate ${gates.join(', ')}`,
        group: `held back by scheduling gate ${gates.join(', ')}`,
        evidence: [
          pod.fact('spec.schedulingGates', gates.join(', ')),
          ...(condition === undefined ? [] : [condition.fact]),
        ],
        next: [look('Check whether the controller that should remove the gate is running')],
      };
    },
  }),
  rule('pod', {
    id: 'S2',
    level: 4,
    name: 'Its scheduler does not act',
    shows: 'Pending, no PodScheduled condition and no event; spec.schedulerName is not the default.',
    explain:
      'Each pod names its scheduler. If no scheduler with that name is running, the pod is not scheduled, and there is no message about it.',
    find(pod) {
      const name = pod.pod.spec?.schedulerName ?? 'default-scheduler';
      if (pod.isScheduled || pod.phase !== 'Pending' || pod.age < YOUNG) return undefined;
      if (pod.condition('PodScheduled') !== undefined || pod.events.find('FailedScheduling') !== undefined)
        return undefined;
      if ((pod.pod.spec?.schedulingGates ?? []).length > 0) return undefined;
      return {
        title: `${pod.ref} waits for the scheduler ${name}, which has not acted for ${span(pod.age)}`,
        group: `wait for the scheduler ${name}, which does not act`,
        evidence: [
          pod.fact('spec.schedulerName', name),
          pod.fact('status.conditions[PodScheduled]', 'absent'),
        ],
        confidence: name === 'default-scheduler' ? 'inferred' : 'high',
        next: [
          change(
            name === 'default-scheduler'
              ? 'Ask the administrators whether the scheduler is running'
              : 'Correct spec.schedulerName, or start that scheduler',
          ),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'S4',
    level: 4,
    name: 'It requests more than any node has',
    shows:
      'PodScheduled False, Insufficient; with the right to read nodes: the request is larger than the allocatable amount of every node.',
    explain:
      'Freeing resources does not help, because no node is that large. Lower the request, or add a larger node.',
    find(pod) {
      const nodes = pod.evidence.nodes ?? [];
      const says = schedulerSays(pod);
      if (says === undefined || nodes.length === 0 || !says.sentence.reasons.some(({ id }) => id === 'S3'))
        return undefined;
      for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
        const wanted = pod.appContainers.reduce(
          (sum, { spec }) => sum + (readQuantity(spec.resources?.requests?.[resource]) ?? 0),
          0,
        );
        const largest = Math.max(
          ...nodes.map(({ status }) => readQuantity(status?.allocatable?.[resource]) ?? Infinity),
        );
        if (wanted <= largest) continue;
        return {
          title: `${pod.ref} requests more ${resource} than any node has${requested(pod, resource)}`,
          group: `request more ${resource} than any node has`,
          evidence: [
            says.fact,
            ...nodes.slice(0, 3).map(({ metadata, status }) => ({
              object: `node/${metadata?.name ?? ''}`,
              path: `status.allocatable.${resource}`,
              value: status?.allocatable?.[resource] ?? '',
            })),
          ],
          next: [nodesList, change('Lower the request, or add a larger node')],
        };
      }
      return undefined;
    },
  }),
  rule('pod', {
    id: 'S24',
    level: 4,
    name: 'Waiting for preemption',
    shows: 'status.nominatedNodeName is set.',
    explain:
      'The scheduler has chosen a node and preempts pods of lower priority there. Wait for their grace periods.',
    find(pod) {
      const node = pod.pod.status?.nominatedNodeName;
      if (pod.isScheduled || node === undefined || node === '') return undefined;
      return {
        title: `${pod.ref} will run on node ${node}, where pods of lower priority are being preempted`,
        evidence: [pod.fact('status.nominatedNodeName', node)],
        weight: Number.MAX_SAFE_INTEGER,
        next: [look('Wait for their grace periods', pod.kubectl('get', 'pod', pod.name, '-w'))],
      };
    },
  }),
  rule('pod', {
    id: 'S25',
    level: 4,
    name: 'Bound to a node that does not exist',
    shows: 'spec.nodeName is a node that does not exist; no condition, no event of a kubelet.',
    explain:
      'spec.nodeName bypasses the scheduler. If no node has that name, the pod is never started, and is deleted after a while.',
    find(pod) {
      if (pod.node === undefined || pod.phase !== 'Pending' || pod.age < YOUNG) return undefined;
      if (pod.condition('PodScheduled') !== undefined || pod.pod.status?.startTime !== undefined)
        return undefined;
      const nodes = pod.evidence.nodes;
      if (nodes?.some(({ metadata }) => metadata?.name === pod.node) === true) return undefined;
      return {
        title: `${pod.ref} is bound to node ${pod.node}, ${nodes === undefined ? 'which has not reported anything: check whether it exists' : 'which does not exist'}`,
        evidence: [
          pod.fact('spec.nodeName', pod.node),
          pod.fact('status.conditions[PodScheduled]', 'absent'),
        ],
        confidence: nodes === undefined ? 'inferred' : 'high',
        next: [look('List the nodes', ['get', 'nodes'], NODES), change('Remove spec.nodeName')],
      };
    },
  }),
  rule('pod', {
    id: 'S28',
    level: 4,
    name: 'The scheduler itself failed',
    shows: 'PodScheduled False, SchedulerError.',
    explain:
      'The scheduler failed for internal reasons, not because of resources or constraints. Give its message to the administrators.',
    find(pod) {
      const condition = pod.condition('PodScheduled');
      if (condition?.status !== 'False' || condition.reason !== 'SchedulerError') return undefined;
      return {
        title: `The scheduler failed with an error for ${pod.ref}: ${condition.message}`,
        evidence: [condition.fact],
        next: [look('Tell the administrators')],
      };
    },
  }),
  rule('pod', {
    id: 'S30',
    level: 4,
    name: 'A device claim cannot be created',
    shows: 'Event FailedResourceClaimCreation.',
    explain: 'The controller could not create a ResourceClaim from the template that the pod references.',
    yieldsTo: ['S22'],
    find(pod) {
      const event = pod.isScheduled ? undefined : pod.events.find('FailedResourceClaimCreation');
      if (event === undefined || pod.age < MINUTE / 6) return undefined;
      return {
        title: `A device claim of ${pod.ref} cannot be created: ${event.message}`,
        evidence: [pod.events.fact(event)],
        next: [look('List the templates', pod.kubectl('get', 'resourceclaimtemplates'))],
      };
    },
  }),
];
