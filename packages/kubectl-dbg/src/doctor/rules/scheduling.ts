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
  return asked.length === 0 ? '' : ` (asked for: ${asked.join(', ')})`;
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

const shown = 'PodScheduled False, Unschedulable; the scheduler says: ';
const nodesList = look('Compare with the nodes', ['describe', 'nodes'], NODES);
const claims = (pod: PodView) => look('See the claims', pod.kubectl('get', 'pvc'));
const claimName = (text: string) => /"([^"]+)"/.exec(text)?.[1] ?? /claim (\S+)/.exec(text)?.[1] ?? '?';

const ROWS: readonly SchedulingRow[] = [
  {
    id: 'S3',
    name: 'Not enough cpu, memory or storage is free',
    shows: `${shown}Insufficient cpu, memory or ephemeral-storage.`,
    explain:
      'No node has that much left to reserve. What counts are the requests of the pods that are there, not what they really use.',
    yieldsTo: ['S4'],
    because: (pod, { text }) => {
      const resource = /insufficient (\S+)/i.exec(text)?.[1] ?? 'resources';
      return `no node has enough ${resource} left to reserve${requested(pod, resource)}`;
    },
    next: () => [nodesList, change('Lower the requests, free some, or add nodes')],
  },
  {
    id: 'S5',
    name: 'A special resource is not to be had',
    shows: `${shown}Insufficient, and a resource of some vendor, such as a GPU.`,
    explain: 'No node has such a device free, or none offers it at all: its device plugin may not run.',
    because: (pod, { text }) => {
      const resource = /insufficient (\S+)/i.exec(text)?.[1] ?? 'of the resource';
      return `no node has ${resource} to give${requested(pod, resource)}`;
    },
    next: () => [nodesList, look('Does the device plugin run on the nodes that should have it?')],
  },
  {
    id: 'S6',
    name: 'Nodes have a taint that the pod does not tolerate',
    shows: `${shown}untolerated taint; since 1.36 without naming it.`,
    explain:
      'A taint keeps pods off a node unless they tolerate it. Taints below node.kubernetes.io mean trouble of the node itself; others reserve it for somebody.',
    yieldsTo: ['N3'],
    because: (_, { text }) => {
      const taint = /\{([^}]*)\}/.exec(text)?.[1]?.replace(/: $/, '');
      const trouble = /node\.kubernetes\.io\/(not-ready|unreachable|\w+-pressure|network-unavailable)/.exec(
        text,
      )?.[1];
      return trouble === undefined
        ? `nodes have a taint that it does not tolerate${taint === undefined ? '' : ` (${taint})`}`
        : `nodes are in trouble themselves (${trouble})`;
    },
    next: () => [
      look(
        'See the taints',
        ['get', 'nodes', '-o', 'custom-columns=NAME:.metadata.name,TAINTS:.spec.taints'],
        NODES,
      ),
      change('Add a toleration if the pod belongs there'),
    ],
  },
  {
    id: 'S7',
    name: 'No node has the labels asked for',
    shows: `${shown}node affinity or selector does not match.`,
    explain:
      'nodeSelector or required node affinity names labels that no node has, or only nodes that are out for other reasons.',
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
    name: 'Rules about other pods leave no node',
    shows: `${shown}pod affinity or anti-affinity.`,
    explain:
      'The pod must be together with pods that are nowhere, or apart from pods that are everywhere. With anti-affinity there can be no more replicas than nodes.',
    because: (_, { text }) =>
      /existing pods/i.test(text)
        ? 'pods on the nodes refuse its company (their anti-affinity)'
        : `its ${/anti/i.test(text) ? 'anti-affinity' : 'affinity'} to other pods leaves no node`,
    next: (pod) => [
      look('See where the other pods are', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('Make the rule preferred, or have fewer replicas'),
    ],
  },
  {
    id: 'S9',
    name: 'It cannot be spread evenly',
    shows: `${shown}topology spread constraints.`,
    explain:
      'Placing the pod would make the spread more uneven than maxSkew allows, or nodes lack the label that the constraint counts by.',
    because: (_, { text }) =>
      `its topology spread constraints leave no node${/missing required label/i.test(text) ? ': nodes lack the label' : ''}`,
    next: () => [
      look('Compare with the labels of the nodes', ['get', 'nodes', '--show-labels'], NODES),
      change('Raise maxSkew, or use ScheduleAnyway'),
    ],
  },
  {
    id: 'S10',
    name: 'The host port is taken',
    shows: `${shown}no free ports for the requested pod ports.`,
    explain: 'A hostPort can be had once on each node.',
    because: (pod) => {
      const ports = pod.containers.flatMap(({ spec }) =>
        (spec.ports ?? []).flatMap(({ hostPort }) => hostPort ?? []),
      );
      return `host port ${ports.join(', ')} is taken on every node that would do`;
    },
    next: (pod) => [
      look('See which pods have it', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('Use another hostPort, or a Service instead'),
    ],
  },
  {
    id: 'S11',
    name: 'The nodes have their full number of pods',
    shows: `${shown}Too many pods.`,
    explain: 'A node takes 110 pods by default, and in some clouds as many as it has addresses.',
    because: () => 'the nodes have as many pods as they may',
    next: () => [nodesList],
  },
  {
    id: 'S12',
    name: 'A claim does not exist',
    shows: `${shown}persistentvolumeclaim not found.`,
    explain: 'A volume of the pod names a PersistentVolumeClaim that is not in its namespace.',
    because: (_, { text }) => `it needs the PersistentVolumeClaim ${claimName(text)}, which does not exist`,
    next: (pod) => [claims(pod), change('Create the claim, or correct its name in the pod')],
  },
  {
    id: 'S17',
    name: 'The data lies elsewhere',
    shows: `${shown}volume node affinity, or no available volume zone.`,
    explain:
      'The volume can be reached from certain nodes or one zone only, and nothing there takes the pod.',
    because: () => 'its volume can only be reached from nodes or a zone where nothing takes the pod',
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
    name: 'Another pod has the volume to itself',
    shows: `${shown}ReadWriteOncePod volume already in use.`,
    explain: 'The access mode ReadWriteOncePod gives a volume to one pod at a time.',
    because: () => 'another pod has its volume to itself (ReadWriteOncePod)',
    next: (pod) => [look('Find the pod that uses the claim', pod.kubectl('describe', 'pvc'))],
  },
  {
    id: 'S20',
    name: 'A claim is lost or going',
    shows: `${shown}the claim is being deleted or bound to a volume that is gone; the claim has phase Lost.`,
    explain: 'The claim is being deleted, or the PersistentVolume behind it is gone, and with it the data.',
    because: (_, { text }) => `a claim of its volumes is lost or going: ${text}`,
    next: (pod) => [claims(pod)],
  },
  {
    id: 'S31',
    name: 'A claim has no volume yet',
    shows: `${shown}unbound immediate PersistentVolumeClaims, and the claim does not tell why.`,
    explain:
      'A claim of the pod is not bound to a volume. The claim and its events say why, if they can be read.',
    yieldsTo: ['S12', 'S13', 'S14', 'S15', 'S20'],
    because: () => 'a PersistentVolumeClaim of its volumes has no volume yet',
    next: (pod) => [look('See the claims and their events', pod.kubectl('describe', 'pvc'))],
  },
  {
    id: 'S21',
    name: 'The claim belongs to somebody else',
    shows: `${shown}the claim was not created for this pod.`,
    explain: 'An ephemeral volume wants a claim named POD-VOLUME, and one of that name exists already.',
    because: (_, { text }) => `a claim of the name it wants exists already: ${text}`,
    next: (pod) => [claims(pod)],
  },
  {
    id: 'S22',
    name: 'A device claim is missing',
    shows: `${shown}resourceclaim not found, or not created yet; event FailedResourceClaimCreation.`,
    explain: 'The pod names a ResourceClaim that is not there, or whose template cannot be used.',
    because: (_, { text }) => `a device claim is missing: ${text}`,
    next: (pod) => [
      look('See claims and templates', pod.kubectl('get', 'resourceclaims,resourceclaimtemplates')),
    ],
  },
  {
    id: 'S23',
    name: 'A device is not to be had',
    shows: `${shown}claims cannot be allocated, or the device class does not exist.`,
    explain: 'No free device meets the claim, or no driver offers any of that class.',
    because: (_, { text }) => `no device can be had for it: ${text}`,
    next: (pod) => [
      look('See the claims', pod.kubectl('describe', 'resourceclaims')),
      look(
        'See what devices there are',
        ['get', 'deviceclasses,resourceslices'],
        'list deviceclasses and resourceslices in the whole cluster',
      ),
    ],
  },
  {
    id: 'S26',
    name: 'The nodes are cordoned',
    shows: `${shown}nodes were unschedulable.`,
    explain: 'The nodes are closed for new pods, most often for maintenance.',
    because: () => 'nodes are closed for new pods (cordoned)',
    next: () => [look('See which, and ask the administrators', ['get', 'nodes'], NODES)],
  },
  {
    id: 'S27',
    name: 'It waits for the rest of its gang',
    shows: `${shown}waiting for members of a gang or pod group.`,
    explain: 'Pods of a gang are placed together or not at all, and some of them do not exist yet.',
    because: (_, { text }) => `it starts only together with others: ${text}`,
    next: (pod) => [look('See the others', pod.kubectl('get', 'pods'))],
  },
  {
    id: 'S29',
    name: 'No node takes it, for another reason',
    shows: `${shown}words that are not known.`,
    explain: 'The scheduler’s own words are the best that is known.',
    because: (_, { text }) => `the scheduler says: ${text}`,
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
        title: `No node takes ${pod.ref}, because ${row.because(pod, reason)}${counts}`,
        group: `no node takes them, because ${row.because(pod, reason)}`,
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
      'Whoever made the pod put a gate before the scheduler, and some controller is to take it away. Its domain tells whose.',
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
        next: [look('Find out whether the controller that should remove the gate runs')],
      };
    },
  }),
  rule('pod', {
    id: 'S2',
    level: 4,
    name: 'No scheduler looks at it',
    shows: 'Pending, no PodScheduled condition and no event; spec.schedulerName is not the default.',
    explain: 'Each pod names its scheduler. If none of that name runs, nobody places it and nobody says so.',
    find(pod) {
      const name = pod.pod.spec?.schedulerName ?? 'default-scheduler';
      if (pod.isScheduled || pod.phase !== 'Pending' || pod.age < YOUNG) return undefined;
      if (pod.condition('PodScheduled') !== undefined || pod.events.find('FailedScheduling') !== undefined)
        return undefined;
      if ((pod.pod.spec?.schedulingGates ?? []).length > 0) return undefined;
      return {
        title: `${pod.ref} waits for the scheduler ${name}, which has not looked at it for ${span(pod.age)}`,
        group: `wait for the scheduler ${name}, which does not act`,
        evidence: [
          pod.fact('spec.schedulerName', name),
          pod.fact('status.conditions[PodScheduled]', 'absent'),
        ],
        confidence: name === 'default-scheduler' ? 'inferred' : 'high',
        next: [
          change(
            name === 'default-scheduler'
              ? 'Ask the administrators whether the scheduler runs'
              : 'Correct spec.schedulerName, or start that scheduler',
          ),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'S4',
    level: 4,
    name: 'It asks for more than any node has',
    shows:
      'PodScheduled False, Insufficient; with the right to read nodes: the request is larger than what every node can give at all.',
    explain:
      'No room that is freed would help: no node is that large. Lower the request, or add a larger node.',
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
          title: `${pod.ref} asks for more ${resource} than any node has${requested(pod, resource)}`,
          group: `ask for more ${resource} than any node has`,
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
    name: 'Room is being made',
    shows: 'status.nominatedNodeName is set.',
    explain:
      'The scheduler has chosen a node and ends less important pods there. Their grace periods must pass.',
    find(pod) {
      const node = pod.pod.status?.nominatedNodeName;
      if (pod.isScheduled || node === undefined || node === '') return undefined;
      return {
        title: `${pod.ref} will go to node ${node}, where less important pods are being ended for it`,
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
    shows: 'spec.nodeName names a node that is not there; no condition, no event of a kubelet.',
    explain:
      'spec.nodeName goes around the scheduler. With a name that no node has, nobody starts the pod; after a while it is removed.',
    find(pod) {
      if (pod.node === undefined || pod.phase !== 'Pending' || pod.age < YOUNG) return undefined;
      if (pod.condition('PodScheduled') !== undefined || pod.pod.status?.startTime !== undefined)
        return undefined;
      const nodes = pod.evidence.nodes;
      if (nodes?.some(({ metadata }) => metadata?.name === pod.node) === true) return undefined;
      return {
        title: `${pod.ref} is bound to node ${pod.node}, ${nodes === undefined ? 'of which nothing is heard: does it exist?' : 'which does not exist'}`,
        evidence: [
          pod.fact('spec.nodeName', pod.node),
          pod.fact('status.conditions[PodScheduled]', 'absent'),
        ],
        confidence: nodes === undefined ? 'inferred' : 'high',
        next: [look('List the nodes', ['get', 'nodes'], NODES), change('Leave spec.nodeName out')],
      };
    },
  }),
  rule('pod', {
    id: 'S28',
    level: 4,
    name: 'The scheduler has trouble of its own',
    shows: 'PodScheduled False, SchedulerError.',
    explain:
      'Not a matter of room or rules: the scheduler could not do its work. Its words are for the administrators.',
    find(pod) {
      const condition = pod.condition('PodScheduled');
      if (condition?.status !== 'False' || condition.reason !== 'SchedulerError') return undefined;
      return {
        title: `The scheduler failed at ${pod.ref}: ${condition.message}`,
        evidence: [condition.fact],
        next: [look('Tell the administrators')],
      };
    },
  }),
  rule('pod', {
    id: 'S30',
    level: 4,
    name: 'A device claim cannot be made',
    shows: 'Event FailedResourceClaimCreation.',
    explain: 'The controller could not make a ResourceClaim from the template that the pod names.',
    yieldsTo: ['S22'],
    find(pod) {
      const event = pod.isScheduled ? undefined : pod.events.find('FailedResourceClaimCreation');
      if (event === undefined || pod.age < MINUTE / 6) return undefined;
      return {
        title: `A device claim of ${pod.ref} cannot be made: ${event.message}`,
        evidence: [pod.events.fact(event)],
        next: [look('See the templates', pod.kubectl('get', 'resourceclaimtemplates'))],
      };
    },
  }),
];
