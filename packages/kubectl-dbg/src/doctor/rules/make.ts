import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { lastClause } from '../classify/pull.ts';
import { isUnknownReason, soundsLikeFailure } from '../classify/waiting-reason.ts';
import { MINUTE } from '../time.ts';
import { readMissing } from '../classify/missing.ts';
import type { ContainerView } from '../view/container-view.ts';

/** Waiting reasons of a container that cannot be created. */
const UNMADE = [
  'CreateContainerConfigError',
  'CreateContainerError',
  'PreCreateHookError',
  'CreateContainerConfig',
];

interface MakeRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  matches(text: string, container: ContainerView): boolean;
  title(container: ContainerView, text: string): string;
  group?(container: ContainerView, text: string): string;
  next(container: ContainerView, text: string): Advice[];
}

const of = ({ label, pod }: ContainerView) => `${label} of ${pod.ref}`;
const subject = ({ label, pod }: ContainerView) =>
  `${label[0]?.toUpperCase()}${label.slice(1)} of ${pod.ref}`;
const WAITING = 'Waiting: CreateContainerConfigError; ';
const nodeAdmins = look('Tell the administrators of the node');

/** The first row that matches explains the state. */
const ROWS: readonly MakeRow[] = [
  {
    id: 'C3',
    name: 'A key for the environment is missing',
    shows: `${WAITING}a key is not in its ConfigMap or Secret.`,
    explain:
      'A variable takes its value from a key of a ConfigMap or Secret. The object is there, the key is not.',
    matches: (text) => readMissing(text)?.key !== undefined,
    title: (container, text) => {
      const missing = readMissing(text);
      return `${subject(container)} takes a variable from key ${missing?.key} of ${missing?.kind} ${missing?.name}, which has no such key`;
    },
    group: (_, text) =>
      `${readMissing(text)?.kind} ${readMissing(text)?.name} lacks the key ${readMissing(text)?.key}`,
    next: ({ pod }, text) => {
      const missing = readMissing(text);
      return [
        ...(missing?.kind === 'ConfigMap'
          ? [look('See which keys it has', pod.kubectl('describe', 'configmap', missing.name))]
          : []),
        change('Add the key, correct its name, or mark the reference optional'),
      ];
    },
  },
  {
    id: 'C1',
    name: 'A ConfigMap for the environment is missing',
    shows: `${WAITING}a ConfigMap is not found.`,
    explain:
      'Variables of the container come from a ConfigMap that is not in its namespace. It starts by itself once the ConfigMap is there.',
    matches: (text) => readMissing(text)?.kind === 'ConfigMap',
    title: (container, text) =>
      `${subject(container)} takes its environment from ConfigMap ${readMissing(text)?.name}, which does not exist in namespace ${container.pod.namespace}`,
    group: (_, text) => `ConfigMap ${readMissing(text)?.name} does not exist`,
    next: ({ pod }) => [
      look('List those there are', pod.kubectl('get', 'configmaps')),
      change('Create it, correct its name, or mark the reference optional'),
    ],
  },
  {
    id: 'C2',
    name: 'A Secret for the environment is missing',
    shows: `${WAITING}a Secret is not found.`,
    explain:
      'Variables of the container come from a Secret that is not in its namespace. That is the kubelet’s word; who may only view cannot list Secrets.',
    matches: (text) => readMissing(text)?.kind === 'Secret',
    title: (container, text) =>
      `${subject(container)} takes its environment from Secret ${readMissing(text)?.name}, which does not exist in namespace ${container.pod.namespace}`,
    group: (_, text) => `Secret ${readMissing(text)?.name} does not exist`,
    next: () => [change('Create it, correct its name, or mark the reference optional')],
  },
  {
    id: 'C5',
    name: 'The image’s user is a name',
    shows: `${WAITING}runAsNonRoot is set and the image’s user is not a number.`,
    explain: 'The kubelet cannot tell whether a named user is root. Give runAsUser a number.',
    matches: (text) => /non-numeric user/i.test(text),
    title: (container, text) =>
      `${subject(container)} must not run as root (runAsNonRoot), and its image names the user ${/non-numeric user \(([^)]*)\)/.exec(text)?.[1] ?? ''} instead of a number`,
    group: () => 'runAsNonRoot, and the image’s user is a name',
    next: () => [change('Set securityContext.runAsUser to the number of that user')],
  },
  {
    id: 'C4',
    name: 'The container must not run as root',
    shows: `${WAITING}runAsNonRoot is set and the container would run as root.`,
    explain: 'securityContext.runAsNonRoot forbids root, and the image, or runAsUser 0, says root.',
    matches: (text) => /run ?as ?nonroot|non-root policy|run as root/i.test(text),
    title: (container) => `${subject(container)} must not run as root (runAsNonRoot), but would`,
    group: () => 'runAsNonRoot, and the image runs as root',
    next: () => [change('Set securityContext.runAsUser to a number other than 0 that the image can run as')],
  },
  {
    id: 'C6',
    name: 'The subPath of a volume cannot be prepared',
    shows: `${WAITING}a subPath directory cannot be made or prepared.`,
    explain:
      'A subPath is made in the volume before the container. The volume is read-only, or has something else of that name.',
    matches: (text) => /sub ?path/i.test(text),
    title: (container, text) =>
      `A subPath of a volume for ${of(container)} cannot be prepared: ${lastClause(text)}`,
    next: () => [change('Use a volume that can be written, or correct the subPath')],
  },
  {
    id: 'C7',
    name: 'The kubelet has just started',
    shows: `${WAITING}services have not been read yet.`,
    explain:
      'The kubelet makes variables for Services and has not read those yet. It passes; if it does not, the node has lost the API server.',
    matches: (text) => /services have not yet been read/i.test(text),
    title: (container) =>
      `The kubelet of node ${container.pod.node ?? '?'} has just started and has not read the Services yet`,
    next: () => [look('Wait a minute'), nodeAdmins],
  },
  {
    id: 'C10',
    name: 'The disk of the node is full or broken',
    shows: 'Waiting: CreateContainerError; no space left, or a read-only file system.',
    explain: 'The runtime cannot write on the node’s disk.',
    matches: (text) =>
      /no space left on device|disk quota|input\/output error/i.test(text) ||
      (/read-only file system/i.test(text) && !/rootfs|mountpoint|mounting/i.test(text)),
    title: (container, text) =>
      `${subject(container)} cannot be made, because the disk of node ${container.pod.node ?? '?'} is full or broken: ${lastClause(text)}`,
    group: (container) => `the disk of node ${container.pod.node ?? '?'} is full or broken`,
    next: () => [nodeAdmins],
  },
  {
    id: 'C8',
    name: 'The runtime is stuck with an earlier try',
    shows: 'Waiting: CreateContainerError; the name is reserved, or a deadline was exceeded.',
    explain:
      'An earlier try to make the container took too long and still holds its name. Most often the node’s disk is overloaded.',
    matches: (text) => /is reserved for|name .*(already|in use)|deadline ?exceeded/i.test(text),
    title: (container) =>
      `The runtime of node ${container.pod.node ?? '?'} is stuck with an earlier try to make ${of(container)}`,
    group: (container) => `the runtime of node ${container.pod.node ?? '?'} is stuck`,
    next: () => [nodeAdmins],
  },
  {
    id: 'C12',
    name: 'The container to be joined does not run',
    shows: 'Waiting: CreateContainerError; the target container is not running.',
    explain: 'A debug container that joins the processes of another needs that one to run.',
    matches: (text, { kind }) =>
      kind === 'ephemeral' && /invalid target container|target container|is not running/i.test(text),
    title: (container) => `The container that ${of(container)} is to join does not run`,
    next: () => [change('Debug a copy of the pod, or target no container')],
  },
  {
    id: 'C9',
    name: 'The node cannot give what the container asks for',
    shows: 'Waiting: CreateContainerError; a seccomp or AppArmor profile, a device or a shared mount lacks.',
    explain:
      'The container asks for something of the node that is not there: a profile, a device, a shared mount.',
    matches: (text) =>
      /seccomp|apparmor|selinux|no such device|shared mount|failed to generate spec|profile/i.test(text),
    title: (container, text) =>
      `Node ${container.pod.node ?? '?'} cannot give what ${of(container)} asks for: ${lastClause(text)}`,
    group: (_, text) => lastClause(text, 80),
    next: () => [change('Leave that setting out, or have it put on the nodes')],
  },
  {
    id: 'C13',
    name: 'There is nothing to run',
    shows: 'Waiting: CreateContainerError; no command specified.',
    explain: 'The image has no entrypoint, and the pod gives no command.',
    matches: (text) => /no command specified/i.test(text),
    title: (container) =>
      `${subject(container)} has nothing to run: its image has no command and the pod gives none`,
    next: () => [change('Give the container a command')],
  },
  {
    id: 'C11',
    name: 'The container cannot be made, for another reason',
    shows: 'Waiting: CreateContainerConfigError or CreateContainerError with words that are not known.',
    explain: 'The words of the kubelet or the runtime are the best that is known.',
    matches: () => true,
    title: (container, text) => `${subject(container)} cannot be made: ${lastClause(text)}`,
    next: ({ pod }) => [look('See all that is said', pod.describe())],
  },
];

const WORDED_RULES: readonly Rule<'container'>[] = ROWS.map((row, index) =>
  rule('container', {
    id: row.id,
    level: 8,
    name: row.name,
    shows: row.shows,
    explain: row.explain,
    find(container): Match | undefined {
      if (!container.waitsFor(...UNMADE)) return undefined;
      const text = container.waiting?.message ?? '';
      if (!row.matches(text, container)) return undefined;
      if (ROWS.slice(0, index).some((other) => other.matches(text, container))) return undefined;
      const group = row.group?.(container, text);
      return {
        title: row.title(container, text),
        ...(group === undefined ? {} : { group }),
        evidence: [container.waitingFact()],
        next: row.next(container, text),
      };
    },
  }),
);

export const MAKE_RULES: readonly Rule<'container'>[] = [
  ...WORDED_RULES,
  rule('container', {
    id: 'C14',
    level: 8,
    name: 'The container waits for a reason that is not known',
    shows: 'Waiting, with a reason that no other finding is about.',
    explain:
      'The kubelet or the runtime gives a reason that is not among the known ones: a newer version, or another implementation. Its words are the best that is known.',
    confidence: 'low',
    find(container): Match | undefined {
      const { reason = '', message = '' } = container.waiting ?? {};
      if (!isUnknownReason(reason)) return undefined;
      const failed = soundsLikeFailure(reason);
      if (!failed && container.pod.age < MINUTE) return undefined;
      return {
        title: `${subject(container)} does not start: ${reason}${message === '' ? '' : `: ${lastClause(message)}`}`,
        group: `do not start (${reason})`,
        evidence: [container.waitingFact()],
        next: [look('See all that is said', container.pod.describe())],
        severity: failed ? 'fault' : 'unknown',
      };
    },
  }),
];
