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
    name: 'A key for an environment variable is missing',
    shows: `${WAITING}a key is not in its ConfigMap or Secret.`,
    explain:
      'An environment variable references a key of a ConfigMap or Secret. The object exists, but the key does not.',
    matches: (text) => readMissing(text)?.key !== undefined,
    title: (container, text) => {
      const missing = readMissing(text);
      return `${subject(container)} has an environment variable from key ${missing?.key} of ${missing?.kind} ${missing?.name}, which does not exist`;
    },
    group: (_, text) =>
      `${readMissing(text)?.kind} ${readMissing(text)?.name} lacks the key ${readMissing(text)?.key}`,
    next: ({ pod }, text) => {
      const missing = readMissing(text);
      return [
        ...(missing?.kind === 'ConfigMap'
          ? [look('List its keys', pod.kubectl('describe', 'configmap', missing.name))]
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
      'The container’s environment references a ConfigMap that does not exist in its namespace. It starts automatically when the ConfigMap is created.',
    matches: (text) => readMissing(text)?.kind === 'ConfigMap',
    title: (container, text) =>
      `${subject(container)} needs ConfigMap ${readMissing(text)?.name} for its environment, which does not exist in namespace ${container.pod.namespace}`,
    group: (_, text) => `ConfigMap ${readMissing(text)?.name} does not exist`,
    next: ({ pod }) => [
      look('List the ConfigMaps', pod.kubectl('get', 'configmaps')),
      change('Create it, correct its name, or mark the reference optional'),
    ],
  },
  {
    id: 'C2',
    name: 'A Secret for the environment is missing',
    shows: `${WAITING}a Secret is not found.`,
    explain:
      'The container’s environment references a Secret that does not exist in its namespace, according to the kubelet. (The role view may not list Secrets.)',
    matches: (text) => readMissing(text)?.kind === 'Secret',
    title: (container, text) =>
      `${subject(container)} needs Secret ${readMissing(text)?.name} for its environment, which does not exist in namespace ${container.pod.namespace}`,
    group: (_, text) => `Secret ${readMissing(text)?.name} does not exist`,
    next: () => [change('Create it, correct its name, or mark the reference optional')],
  },
  {
    id: 'C5',
    name: 'The image’s user is a name',
    shows: `${WAITING}runAsNonRoot is set and the image’s user is not a number.`,
    explain: 'The kubelet cannot determine whether a named user is root. Set runAsUser to a number.',
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
    explain: 'securityContext.runAsNonRoot forbids root, but the image or runAsUser 0 selects root.',
    matches: (text) => /run ?as ?nonroot|non-root policy|run as root/i.test(text),
    title: (container) => `${subject(container)} must not run as root (runAsNonRoot), but would`,
    group: () => 'runAsNonRoot, and the image runs as root',
    next: () => [change('Set securityContext.runAsUser to a number other than 0 that the image can run as')],
  },
  {
    id: 'C6',
    name: 'The subPath of a volume cannot be prepared',
    shows: `${WAITING}a subPath directory cannot be created or prepared.`,
    explain:
      'The subPath is created in the volume before the container. The volume is read-only, or has a file with that name.',
    matches: (text) => /sub ?path/i.test(text),
    title: (container, text) =>
      `A subPath of a volume for ${of(container)} cannot be prepared: ${lastClause(text)}`,
    next: () => [change('Use a writable volume, or correct the subPath')],
  },
  {
    id: 'C7',
    name: 'The kubelet has just started',
    shows: `${WAITING}services have not been read yet.`,
    explain:
      'The kubelet sets environment variables for Services, which it has not read yet. This is temporary; otherwise the node has lost its connection to the API server.',
    matches: (text) => /services have not yet been read/i.test(text),
    title: (container) =>
      `The kubelet of node ${container.pod.node ?? '?'} has just started and has not read the Services yet`,
    next: () => [look('Wait a minute'), nodeAdmins],
  },
  {
    id: 'C10',
    name: 'The disk of the node is full or broken',
    shows: 'Waiting: CreateContainerError; no space left, or a read-only file system.',
    explain: 'The runtime cannot write to the node’s disk.',
    matches: (text) =>
      /no space left on device|disk quota|input\/output error/i.test(text) ||
      (/read-only file system/i.test(text) && !/rootfs|mountpoint|mounting/i.test(text)),
    title: (container, text) =>
      `${subject(container)} cannot be created, because the disk of node ${container.pod.node ?? '?'} is full or broken: ${lastClause(text)}`,
    group: (container) => `the disk of node ${container.pod.node ?? '?'} is full or broken`,
    next: () => [nodeAdmins],
  },
  {
    id: 'C8',
    name: 'The runtime is stuck with an earlier attempt',
    shows: 'Waiting: CreateContainerError; the name is reserved, or a deadline was exceeded.',
    explain:
      'An earlier attempt to create the container took too long and still reserves its name. Usually the node’s disk is overloaded.',
    matches: (text) => /is reserved for|name .*(already|in use)|deadline ?exceeded/i.test(text),
    title: (container) =>
      `The runtime of node ${container.pod.node ?? '?'} is stuck with an earlier attempt to create ${of(container)}`,
    group: (container) => `the runtime of node ${container.pod.node ?? '?'} is stuck`,
    next: () => [nodeAdmins],
  },
  {
    id: 'C12',
    name: 'The target container is not running',
    shows: 'Waiting: CreateContainerError; the target container is not running.',
    explain: 'A debug container can only join the process namespace of a running container.',
    matches: (text, { kind }) =>
      kind === 'ephemeral' && /invalid target container|target container|is not running/i.test(text),
    title: (container) => `The target container of ${of(container)} is not running`,
    next: () => [change('Debug a copy of the pod, or use no target container')],
  },
  {
    id: 'C9',
    name: 'The node lacks something that the container requests',
    shows:
      'Waiting: CreateContainerError; a seccomp or AppArmor profile, a device or a shared mount is missing.',
    explain:
      'The container requests something that the node does not have: a profile, a device, a shared mount.',
    matches: (text) =>
      /seccomp|apparmor|selinux|no such device|shared mount|failed to generate spec|profile/i.test(text),
    title: (container, text) =>
      `Node ${container.pod.node ?? '?'} lacks something that ${of(container)} requests: ${lastClause(text)}`,
    group: (_, text) => lastClause(text, 80),
    next: () => [change('Remove that setting, or add it to the nodes')],
  },
  {
    id: 'C13',
    name: 'There is no command to run',
    shows: 'Waiting: CreateContainerError; no command specified.',
    explain: 'The image has no entrypoint, and the pod sets no command.',
    matches: (text) => /no command specified/i.test(text),
    title: (container) =>
      `${subject(container)} has no command to run: neither its image nor the pod sets one`,
    next: () => [change('Set a command for the container')],
  },
  {
    id: 'C11',
    name: 'The container cannot be created, for another reason',
    shows: 'Waiting: CreateContainerConfigError or CreateContainerError with an unknown message.',
    explain: 'Only the message of the kubelet or the runtime is known.',
    matches: () => true,
    title: (container, text) => `${subject(container)} cannot be created: ${lastClause(text)}`,
    next: ({ pod }) => [look('See all events', pod.describe())],
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
    name: 'The container waits for an unknown reason',
    shows: 'Waiting, with a reason that no other finding covers.',
    explain:
      'The reason of the kubelet or the runtime is unknown here: it is of a newer version, or of another implementation. Only its message is known.',
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
        next: [look('See all events', container.pod.describe())],
        severity: failed ? 'fault' : 'unknown',
      };
    },
  }),
];
