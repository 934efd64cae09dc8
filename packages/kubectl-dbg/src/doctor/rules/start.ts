import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Fact } from '../finding.ts';
import { lastClause } from '../classify/pull.ts';
import type { ContainerView } from '../view/container-view.ts';

/** Reasons of a container that could not be started, waiting or terminated. */
const UNSTARTED = ['RunContainerError', 'StartError', 'ContainerCannotRun', 'ContainerStartError'];

/**
 * The runtime's message for a container that it could not start. CrashLoopBackOff hides it; the last termination keeps
 * it.
 */
export function startFailure(container: ContainerView): { text: string; fact: Fact } | undefined {
  if (container.waitsFor(...UNSTARTED))
    return { text: container.waiting?.message ?? '', fact: container.waitingFact() };
  const { death } = container;
  if (death === undefined || !UNSTARTED.includes(death.reason ?? '') || !container.troubled) return undefined;
  return { text: death.message ?? '', fact: container.deathFact() };
}

interface StartRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  matches(text: string, container: ContainerView): boolean;
  because(container: ContainerView, text: string): string;
  group(container: ContainerView, text: string): string;
  next(container: ContainerView, text: string): Advice[];
}

const START = 'Waiting RunContainerError, or terminated with reason StartError (128) in CrashLoopBackOff; ';
/** The program that could not be executed: runc, Docker (quotes escaped by its log), crun. */
const program = (text: string) =>
  /exec:? \\?"((?:[^"\\]|\\[^"])*)/.exec(text)?.[1] ??
  /executable file [`'"]?([^`'"\s]+?)[`'"]? not found/.exec(text)?.[1] ??
  /exec (\S+?):/.exec(text)?.[1] ??
  '';
const correct = ({ pod, name, list, kind }: ContainerView): Advice[] => [
  look(
    'See the command in the spec',
    pod.kubectl('get', 'pod', pod.name, '-o', `jsonpath={.spec.${list}[?(@.name=="${name}")].command}`),
  ),
  kind === 'ephemeral'
    ? change('Add another debug container: an existing one cannot be changed')
    : change('Correct the command, or use an image that has it'),
];
/** Volumes that are mounted over a path and hide the image's content. */
const covers = (container: ContainerView, path: string) => {
  const mount = container.spec.volumeMounts?.find(({ mountPath }) =>
    path.startsWith(`${mountPath.replace(/\/$/, '')}/`),
  );
  return mount === undefined ? '' : `; volume ${mount.name} is mounted over ${mount.mountPath}`;
};
const CWD = /chdir to cwd|working directory|\bcwd\b|workingdir/i;
const MOUNT = /mount/i;

const ROWS: readonly StartRow[] = [
  {
    id: 'R7',
    name: 'The memory limit is too low to start',
    shows: `${START}the container’s first process was OOM-killed.`,
    explain:
      'Starting a container needs some memory. Such a low limit is usually a missing unit: 128 means bytes; 128Mi was intended.',
    matches: (text) => /oom-?killed|memory limit too low|out of memory/i.test(text),
    because: ({ spec }) =>
      `its memory limit of ${spec.resources?.limits?.['memory'] ?? '?'} is too low to start at all`,
    group: () => 'memory limits too low to start',
    next: () => [change('Raise resources.limits.memory, and check its unit (Mi)')],
  },
  {
    id: 'R5',
    name: 'The working directory cannot be entered',
    shows: `${START}the working directory is missing or not accessible.`,
    explain:
      'workingDir, or that of the image, does not exist, is a file, or is not accessible to the container’s user.',
    matches: (text, { spec }) =>
      CWD.test(text) || (spec.workingDir !== undefined && text.includes(`mkdir ${spec.workingDir}: `)),
    because: ({ spec }, text) =>
      `its working directory ${spec.workingDir ?? /\("([^"]*)"\)/.exec(text)?.[1] ?? ''} cannot be entered: ${lastClause(text, 60)}`,
    group: () => 'working directories that cannot be entered',
    next: () => [change('Correct workingDir, or the container’s user')],
  },
  {
    id: 'R6',
    name: 'A directory is mounted over a file',
    shows: `${START}not a directory; a mount does not match the image’s content.`,
    explain:
      'The volume is a directory, but the image has a file at that path, or vice versa. subPath mounts a single file.',
    matches: (text) => /not a directory|onto a file|mounting/i.test(text) && MOUNT.test(text),
    because: (_, text) => `a volume cannot be mounted into it: ${lastClause(text)}`,
    group: () => 'volumes that cannot be mounted into the container',
    next: ({ pod }) => [
      look(
        'See the volume mounts',
        pod.kubectl('get', 'pod', pod.name, '-o', 'jsonpath={.spec.containers[*].volumeMounts}'),
      ),
      change('Mount single files with subPath'),
    ],
  },
  {
    id: 'R4',
    name: 'The program is for another architecture',
    shows: `${START}exec format error; or the same in the log.`,
    explain:
      'The program is built for another architecture, or is a script without an interpreter line (#!).',
    matches: (text) => /exec format error/i.test(text),
    because: (container, text) =>
      `${program(text) || 'its program'} is not built for the architecture of node ${container.pod.node ?? '?'}, or is a script without #!`,
    group: () => 'programs for another architecture (exec format error)',
    next: () => [change('Build the image for the node’s architecture, or start the script with #!')],
  },
  {
    id: 'R1',
    name: 'The command is not in the image',
    shows: `${START}executable file not found in $PATH.`,
    explain: 'The image does not have this program in its PATH. Distroless images do not even have a shell.',
    matches: (text) => /executable file .*not found|not found in \$?PATH/i.test(text),
    because: (_, text) => `its image has no program "${program(text)}"`,
    group: (_, text) => `no program "${program(text)}" in the image`,
    next: correct,
  },
  {
    id: 'R3',
    name: 'The command may not be executed',
    shows: `${START}permission denied, or is a directory.`,
    explain:
      'The file exists but cannot be executed: it lacks execute permission, is a directory, or is on a noexec mount.',
    matches: (text) =>
      /(exec|start|stat).*(permission denied|is a directory)|permission denied: unknown/i.test(text),
    because: (_, text) =>
      `"${program(text)}" may not be executed: ${/is a directory/i.test(text) ? 'it is a directory' : 'permission denied'}`,
    group: (_, text) => `"${program(text)}" may not be executed`,
    next: () => [change('Make the file executable in the image (chmod +x), or correct the command')],
  },
  {
    id: 'R2',
    name: 'The command’s path does not exist',
    shows: `${START}no such file or directory.`,
    explain:
      'The image does not have this file. If the file exists, its interpreter (#!) or its dynamic linker (a glibc program in a musl image) is missing, or a volume is mounted over it.',
    matches: (text) => /no such file or directory/i.test(text),
    because: (container, text) =>
      `its image has no file "${program(text)}", or lacks its interpreter or dynamic linker${covers(container, program(text))}`,
    group: (_, text) => `no file "${program(text)}" in the image`,
    next: correct,
  },
  {
    id: 'R9',
    name: 'The node’s kernel refuses',
    shows: `${START}operation not permitted, capabilities, user or group cannot be set.`,
    explain:
      'The kernel or the runtime of the node does not allow what the container requests: a capability, a user, a namespace.',
    matches: (text) =>
      /operation not permitted|unable to apply caps|set[ug]id|userns|user namespace|capabilit|no such user|unable to find (user|group)/i.test(
        text,
      ),
    because: (container, text) => `node ${container.pod.node ?? '?'} does not allow it: ${lastClause(text)}`,
    group: () => 'the node does not allow what the container requests',
    next: () => [look('Tell the administrators of the node')],
  },
  {
    id: 'R10',
    name: 'The container cannot be started, for another reason',
    shows: `${START}an unknown message.`,
    explain: 'Only the message of the runtime is known.',
    matches: () => true,
    because: (_, text) => (text === '' ? 'the runtime gives no reason' : lastClause(text)),
    group: () => 'containers that cannot be started',
    next: ({ pod }) => [look('See all events', pod.describe())],
  },
];

export const START_RULES: readonly Rule<'container'>[] = [
  ...ROWS.map((row, index) =>
    rule('container', {
      id: row.id,
      level: 9,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      find(container): Match | undefined {
        const failure = startFailure(container);
        if (failure === undefined || !row.matches(failure.text, container)) return undefined;
        if (ROWS.slice(0, index).some((other) => other.matches(failure.text, container))) return undefined;
        const { label, pod } = container;
        return {
          title: `${label[0]?.toUpperCase()}${label.slice(1)} of ${pod.ref} cannot be started: ${row.because(container, failure.text)}`,
          group: row.group(container, failure.text),
          evidence: [failure.fact],
          next: row.next(container, failure.text),
        };
      },
    }),
  ),
  rule('container', {
    id: 'R8',
    level: 9,
    name: 'The postStart hook fails',
    shows: 'Waiting PostStartHookError, or event FailedPostStartHook; the container has exit code 137.',
    explain:
      'The command or request in lifecycle.postStart failed, so the container was killed. Its exit code says nothing about the program.',
    find(container) {
      const waits = container.waitsFor('PostStartHookError');
      const event =
        container.events.find('FailedPostStartHook') ?? container.events.find('Killing', /PostStartHook/i);
      if (
        !waits &&
        (event === undefined || !container.troubled || container.spec.lifecycle?.postStart === undefined)
      )
        return undefined;
      return {
        title: `The postStart hook of ${container.label} of ${container.pod.ref} fails, so the container is killed`,
        group: 'failing postStart hooks',
        evidence: [
          ...(waits ? [container.waitingFact()] : []),
          ...(event === undefined ? [] : [container.events.fact(event)]),
        ],
        next: [
          look(
            'See the hook',
            container.pod.kubectl(
              'get',
              'pod',
              container.pod.name,
              '-o',
              `jsonpath={.spec.containers[?(@.name=="${container.name}")].lifecycle}`,
            ),
          ),
          change('Fix the hook, or do its work in the program or in an init container'),
        ],
      };
    },
  }),
];
