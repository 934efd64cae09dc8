import { look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Occurrence } from '../evidence.ts';
import { lastClause } from '../classify/pull.ts';
import type { PodView } from '../view/pod-view.ts';

const SANDBOX = ['FailedCreatePodSandBox', 'FailedCreatePodSandbox'];

interface SandboxRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  matches(text: string): boolean;
  title(pod: PodView, event: Occurrence): string;
  group(pod: PodView): string;
}

const node = (pod: PodView) => `node ${pod.node ?? '?'}`;

/** The first row that matches explains an event; the last one matches everything. */
const ROWS: readonly SandboxRow[] = [
  {
    id: 'X4',
    name: 'The node lacks the runtime class',
    shows: 'Event FailedCreatePodSandBox: no runtime for the handler is configured.',
    explain:
      'The RuntimeClass of the pod names a handler that the container runtime of this node does not have.',
    matches: (text) => /no runtime (for|handler)|runtime handler .*not|runtimeclass.*not found/i.test(text),
    title: (pod) =>
      `The runtime of ${node(pod)} does not have the handler of RuntimeClass ${pod.pod.spec?.runtimeClassName ?? '?'}`,
    group: (pod) => `${node(pod)} lacks their runtime class`,
  },
  {
    id: 'X1',
    name: 'No IP addresses are left',
    shows: 'Event FailedCreatePodSandBox: no IP address could be allocated or assigned.',
    explain:
      'The IP addresses of the node or its subnet are used up. Run fewer pods on the node, or use a larger range.',
    matches: (text) =>
      /no (free |available )?(ip|address)\S* (addresses )?(available|left)|no ip addresses|assign an ip|(ip|address) pool .*exhaust|exhausted|failed to allocate (for range|an? ip)|no more (ip|addresses)|insufficient ?(free)?(ip|addresses)/i.test(
        text,
      ),
    title: (pod) => `${node(pod)} has no IP address left for ${pod.ref}`,
    group: (pod) => `${node(pod)} has no IP addresses left`,
  },
  {
    id: 'X3',
    name: 'The container runtime is overloaded',
    shows: 'Event FailedCreatePodSandBox: deadline exceeded, or the name is reserved by an earlier attempt.',
    explain:
      'Creating the pod’s sandbox took too long, and later attempts fail because the first one still reserves the name. Usually the disk of the node is overloaded.',
    matches: (text) => /is reserved for|^(?!.*(plugin|cni|network)).*deadline ?exceeded/is.test(text),
    title: (pod) => `The container runtime of ${node(pod)} cannot start ${pod.ref}: it is overloaded`,
    group: (pod) => `the container runtime of ${node(pod)} is overloaded`,
  },
  {
    id: 'X2',
    name: 'The network of the pod cannot be set up',
    shows: 'Event FailedCreatePodSandBox: a network plugin failed or is missing.',
    explain: 'The node’s network plugin fails. Give its message to the administrators.',
    matches: (text) => /plugin|cni\b|network|netns|veth|bridge/i.test(text),
    title: (pod, { message }) =>
      `The network of ${pod.ref} cannot be set up on ${node(pod)}: ${lastClause(message)}`,
    group: (pod) => `the network plugin of ${node(pod)} fails`,
  },
  {
    id: 'X7',
    name: 'The sandbox of the pod cannot be created',
    shows: 'Event FailedCreatePodSandBox with another message.',
    explain:
      'The container runtime cannot create the pod’s sandbox (its namespaces and network). Only its message is known.',
    matches: () => true,
    title: (pod, { message }) =>
      `The sandbox of ${pod.ref} cannot be created on ${node(pod)}: ${lastClause(message)}`,
    group: (pod) => `${node(pod)} cannot create sandboxes`,
  },
];

export const SANDBOX_RULES: readonly Rule<'pod'>[] = [
  ...ROWS.map((row, index) =>
    rule('pod', {
      id: row.id,
      level: 5,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      yieldsTo: ['N2', 'N6'],
      find(pod): Match | undefined {
        if (!pod.isWaitingForNode) return undefined;
        const event = pod.events.where(
          SANDBOX,
          ({ message }) =>
            row.matches(message) && !ROWS.slice(0, index).some((other) => other.matches(message)),
        );
        if (event === undefined) return undefined;
        return {
          title: row.title(pod, event),
          group: row.group(pod),
          evidence: [pod.events.fact(event)],
          next: [look('See all events', pod.describe()), look('Tell the administrators of the node')],
        };
      },
    }),
  ),
  rule('pod', {
    id: 'X5',
    level: 5,
    name: 'A device cannot be prepared',
    shows: 'Event FailedPrepareDynamicResources.',
    explain: 'The device driver failed on the node, or is not running there.',
    find(pod) {
      const event = pod.isWaitingForNode ? pod.events.find('FailedPrepareDynamicResources') : undefined;
      if (event === undefined) return undefined;
      return {
        title: `A device of ${pod.ref} cannot be prepared on ${node(pod)}: ${lastClause(event.message)}`,
        group: `devices cannot be prepared on ${node(pod)}`,
        evidence: [pod.events.fact(event)],
        next: [look('Check the driver’s pod on that node, or tell the administrators')],
      };
    },
  }),
  rule('pod', {
    id: 'X6',
    level: 5,
    name: 'The sandbox is recreated repeatedly',
    shows: 'Event SandboxChanged more than three times, with terminated containers.',
    explain:
      'The pod’s sandbox is recreated repeatedly: its pause process is killed (by a memory limit of the pod, or a wrong cgroup driver of the runtime), or the pause image is missing.',
    yieldsTo: ['X1', 'X2', 'X3', 'X4', 'X7'],
    find(pod) {
      const event = pod.isReady ? undefined : pod.events.where(['SandboxChanged'], ({ count }) => count > 3);
      if (event === undefined) return undefined;
      return {
        title: `The sandbox of ${pod.ref} on ${node(pod)} has been recreated ${event.count} times, and its containers terminate each time`,
        group: `sandboxes on ${node(pod)} are recreated repeatedly`,
        evidence: [pod.events.fact(event)],
        next: [look('Ask the administrators of the node for the runtime’s log')],
      };
    },
  }),
];
