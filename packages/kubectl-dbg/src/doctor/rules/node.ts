import { look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { conditionOf } from '../view/condition.ts';
import { MINUTE, SECOND, span } from '../time.ts';
import type { PodView } from '../view/pod-view.ts';
import { PodView as View } from '../view/pod-view.ts';

const RIGHT = 'get nodes in the whole cluster';

/** The node of a pod, if it could be read. */
function nodeOf(pod: PodView) {
  return pod.evidence.nodes?.find(({ metadata }) => metadata?.name === pod.node);
}

function nodeCondition(pod: PodView, type: string) {
  const node = nodeOf(pod);
  return node && conditionOf(`node/${pod.node}`, node.status?.conditions, type);
}

const describeNode = (pod: PodView) =>
  look('See the state of the node', ['describe', 'node', pod.node ?? ''], RIGHT);

/** The other pods on the node. */
function neighbours(pod: PodView): PodView[] {
  return (pod.evidence.pods ?? [])
    .filter(({ metadata, spec }) => spec?.nodeName === pod.node && metadata?.uid !== pod.pod.metadata?.uid)
    .map((other) => new View(other, pod.evidence));
}

/** Running containers that are ready in a pod that is not: something other than the kubelet wrote that. */
function markedByOthers(pod: PodView): boolean {
  const apps = pod.containers.filter(({ kind }) => kind === 'app' || kind === 'sidecar');
  return (
    pod.condition('Ready')?.status === 'False' &&
    apps.length > 0 &&
    apps.every(({ isRunning, isReady }) => isRunning && isReady) &&
    pod.condition('ContainersReady')?.status !== 'False' &&
    // The kubelet sets a reason; the node lifecycle controller sets none.
    (pod.condition('Ready')?.reason ?? '') === ''
  );
}

export const NODE_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'N1',
    level: 3,
    name: 'The node does not respond',
    shows:
      'Event NodeNotReady on the pod, or Ready False while all its containers run and are ready; with the right to read nodes: Ready Unknown.',
    explain:
      'The kubelet of the node has stopped reporting, so its pods are marked as not ready. The pod itself may be healthy. After five minutes it is evicted and replaced on another node.',
    find(pod) {
      if (pod.node === undefined || pod.isReady) return undefined;
      const ready = nodeCondition(pod, 'Ready');
      if (ready?.status === 'Unknown') {
        return {
          title: `Node ${pod.node} has stopped responding; ${pod.ref} may be healthy`,
          group: `node ${pod.node} has stopped responding`,
          evidence: [ready.fact],
          next: [describeNode(pod)],
        };
      }
      // The node exists and reports its own state.
      if (ready !== undefined) return undefined;
      const event = pod.events.find('NodeNotReady');
      const told = event !== undefined && pod.condition('Ready')?.status === 'False';
      const inferred = markedByOthers(pod) && neighbours(pod).some((other) => markedByOthers(other));
      if ((!told && !inferred && !markedByOthers(pod)) || (told && !markedByOthers(pod) && !pod.isDeleting))
        return undefined;
      return {
        title: `Node ${pod.node} seems to have stopped responding; ${pod.ref} may be healthy`,
        group: `node ${pod.node} seems to have stopped responding`,
        evidence: [
          ...(pod.condition('Ready') === undefined ? [] : [pod.condition('Ready')!.fact]),
          ...(event === undefined ? [] : [pod.events.fact(event)]),
        ],
        confidence: 'inferred',
        next: [describeNode(pod)],
      };
    },
  }),
  rule('pod', {
    id: 'N2',
    level: 3,
    name: 'The node is not ready',
    shows: 'With the right to read nodes: condition Ready is False.',
    explain:
      'The node reports itself as not ready: its network plugin or its container runtime is not running.',
    find(pod) {
      const ready = pod.isReady ? undefined : nodeCondition(pod, 'Ready');
      if (ready?.status !== 'False') return undefined;
      return {
        title: `Node ${pod.node} is not ready: ${ready.message}`,
        group: `node ${pod.node} is not ready`,
        evidence: [ready.fact],
        next: [describeNode(pod), look("Tell the node's administrators")],
      };
    },
  }),
  rule('pod', {
    id: 'N3',
    level: 3,
    name: 'A node is under pressure',
    shows: 'With the right to read nodes: MemoryPressure, DiskPressure or PIDPressure is True.',
    explain:
      'The node is short of memory, disk space or process ids: it evicts pods and accepts no new ones until this is resolved.',
    find(pod) {
      if (pod.isReady) return undefined;
      const nodes = pod.node === undefined && !pod.isScheduled ? (pod.evidence.nodes ?? []) : [nodeOf(pod)];
      const pressed = nodes.flatMap((node) =>
        ['MemoryPressure', 'DiskPressure', 'PIDPressure'].flatMap((type) => {
          const condition =
            node && conditionOf(`node/${node.metadata?.name ?? ''}`, node.status?.conditions, type);
          return condition?.status === 'True' ? [{ node, type, condition }] : [];
        }),
      );
      const [first] = pressed;
      // For a pod without a node this is an explanation only if no node is left.
      if (
        first === undefined ||
        (pod.node === undefined && new Set(pressed.map(({ node }) => node)).size < nodes.length)
      )
        return undefined;
      const name = first.node?.metadata?.name ?? '';
      return {
        title: `Node ${name} is under ${first.type}: ${first.condition.message}`,
        group: `node ${name} is under ${first.type}`,
        evidence: pressed.map(({ condition }) => condition.fact),
        next: [look('See what uses the resource', ['describe', 'node', name], RIGHT)],
      };
    },
  }),
  rule('pod', {
    id: 'N4',
    level: 3,
    name: 'The node or its runtime restarted',
    shows:
      'Event SandboxChanged, and all containers of the pod terminated at the same time, with 255, 137 or reason Unknown.',
    explain:
      'All containers terminated at once because the machine or its container runtime restarted. The pod is not the cause, and other pods of the node restarted too.',
    find(pod) {
      const died = pod.appContainers.flatMap(({ death }) => (death === undefined ? [] : [death]));
      if (died.length === 0 || died.length < pod.appContainers.length) return undefined;
      const lost = died.every(
        ({ exitCode, reason }) =>
          exitCode === 255 || reason === 'Unknown' || (exitCode === 137 && reason !== 'OOMKilled'),
      );
      const times = died.map(({ finishedAt }) => Date.parse(finishedAt ?? ''));
      const together =
        Math.max(...times) - Math.min(...times) < 5 * SECOND ||
        died.every(({ reason }) => reason === 'Unknown');
      const event = pod.events.find('SandboxChanged');
      const unknown = died.every(({ exitCode, reason }) => exitCode === 255 && reason === 'Unknown');
      if (!lost || !together || (event === undefined && !(unknown && died.length > 1))) return undefined;
      if (event !== undefined && event.count > 3) return undefined;
      const healed = pod.isReady;
      return {
        title: `All containers of ${pod.ref} terminated at once: node ${pod.node ?? '?'} or its runtime restarted`,
        group: `node ${pod.node ?? '?'} or its runtime restarted`,
        evidence: [
          ...pod.appContainers.map((container) => container.deathFact()),
          ...(event === undefined ? [] : [pod.events.fact(event)]),
        ],
        ...(healed ? { severity: 'note' as const } : {}),
        confidence: event === undefined ? 'inferred' : 'high',
        next: [describeNode(pod)],
      };
    },
  }),
  rule('pod', {
    id: 'N5',
    level: 3,
    name: 'The node has not started the pod',
    shows:
      'PodScheduled has been True for more than 30 s, without startTime, container statuses and events of the kubelet.',
    explain:
      'The pod was bound to a node whose kubelet has not reacted: it is down, disconnected or overloaded.',
    yieldsTo: ['N1', 'N2', 'S25'],
    find(pod) {
      if (pod.phase !== 'Pending' || pod.condition('PodScheduled')?.status !== 'True') return undefined;
      if (pod.age < 30 * SECOND || pod.pod.status?.startTime !== undefined) return undefined;
      if (pod.containers.some(({ status }) => status !== undefined)) return undefined;
      if (pod.events.all.some(({ reason }) => reason !== 'Scheduled' && reason !== 'FailedScheduling'))
        return undefined;
      return {
        title: `${pod.ref} was bound to node ${pod.node ?? '?'}, which has not started it for ${span(pod.age)}`,
        group: `node ${pod.node ?? '?'} does not start its pods`,
        evidence: [pod.condition('PodScheduled')!.fact, pod.fact('status.startTime', 'absent')],
        confidence: 'inferred',
        next: [describeNode(pod)],
      };
    },
  }),
  rule('pod', {
    id: 'N6',
    level: 3,
    name: 'The network of the node is not ready',
    shows: 'Event NetworkNotReady.',
    explain:
      'The network plugin of the node is not ready. On a new node this takes a minute or two; otherwise contact the administrators.',
    find(pod) {
      const event = pod.isWaitingForNode ? pod.events.find('NetworkNotReady') : undefined;
      if (event === undefined) return undefined;
      return {
        title: `The network of node ${pod.node ?? '?'} is not ready, so ${pod.ref} cannot start`,
        group: `the network of node ${pod.node ?? '?'} is not ready`,
        evidence: [pod.events.fact(event)],
        next: [describeNode(pod), look('If the node is not new, tell its administrators')],
      };
    },
  }),
];

/** A node as the target. */
export const NODE_ITSELF_RULES: readonly Rule<'node'>[] = [
  rule('node', {
    id: 'N8',
    level: 3,
    name: 'The node itself is not ready',
    shows: 'The node’s condition Ready is not True.',
    explain:
      'Unknown: the kubelet has stopped reporting. False: the kubelet reports that it is not ready, with the reason in the message.',
    find(view) {
      const ready = view.condition('Ready');
      if (ready === undefined || ready.status === 'True') return undefined;
      return {
        title:
          ready.status === 'Unknown'
            ? `Node ${view.name} has stopped responding`
            : `Node ${view.name} is not ready: ${ready.message}`,
        evidence: [ready.fact],
        next: [look('See all conditions', ['describe', 'node', view.name], RIGHT)],
      };
    },
  }),
  ...(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'] as const).map((type, index) =>
    rule('node', {
      id: `N${9 + index}`,
      level: 3,
      name: `The node reports ${type}`,
      shows: `The node’s condition ${type} is True.`,
      explain:
        type === 'NetworkUnavailable'
          ? 'The network of the node is not configured: its pods cannot be reached.'
          : 'The node is short of this resource: it evicts pods and accepts no new ones.',
      yieldsTo: ['N8'],
      find(view) {
        const condition = view.condition(type);
        if (condition?.status !== 'True') return undefined;
        return {
          title: `Node ${view.name} reports ${type}: ${condition.message}`,
          evidence: [condition.fact],
          next: [look('See what uses the resource', ['describe', 'node', view.name], RIGHT)],
        };
      },
    }),
  ),
  rule('node', {
    id: 'N13',
    level: 13,
    name: 'The node is cordoned',
    shows: 'spec.unschedulable is true.',
    explain: 'The node accepts no new pods, usually because of maintenance.',
    severity: 'note',
    find(view) {
      if (view.object.spec?.unschedulable !== true) return undefined;
      return {
        title: `Node ${view.name} is cordoned: it accepts no new pods`,
        evidence: [view.fact('spec.unschedulable', 'true')],
      };
    },
  }),
  rule('node', {
    id: 'N14',
    level: 3,
    name: 'The node restarted recently',
    shows: 'Event Rebooted or SystemOOM of the node within the last ten minutes.',
    explain:
      'All pods of the node terminated with it, or the kernel killed processes because memory ran out.',
    severity: 'note',
    find(view) {
      const event = view.events.where(['Rebooted', 'SystemOOM'], ({ last }) => view.now - last < 10 * MINUTE);
      if (event === undefined) return undefined;
      return { title: `Node ${view.name}: ${event.message}`, evidence: [view.events.fact(event)] };
    },
  }),
];
