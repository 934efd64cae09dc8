import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Occurrence } from '../evidence.ts';
import type { Fact } from '../finding.ts';
import { describeExit, isCrash, signalOf } from '../classify/exit-code.ts';
import { classifyLog, type LogHint } from '../classify/log.ts';
import { describeProbe } from '../classify/probe.ts';
import { MINUTE, SECOND, span } from '../time.ts';
import type { ContainerView, Death } from '../view/container-view.ts';
import { isReplaced } from './ended.ts';
import { startFailure } from './start.ts';

/** Rules that explain 137 and 143 better than memory or an unknown sender. */
const KILLERS = ['R8', 'K3', 'K4', 'K5', 'K6', 'K7', 'K19', 'K21', 'T15', 'N4', 'X6', 'G6'];
/** Rules that refine "the program exited with an error" by its log. */
const LOG_HINTS = ['K11', 'K12', 'K13', 'K14', 'K15', 'K16', 'R4'];

/** The relevant termination, if the container ran at all. */
function troubling(container: ContainerView): Death | undefined {
  const { death, pod } = container;
  if (death === undefined || !container.troubled || container.kind === 'ephemeral') return undefined;
  if (death.reason === 'ContainerStatusUnknown' || startFailure(container) !== undefined) return undefined;
  if (pod.isDeleting || (pod.phase === 'Failed' && pod.reason !== '')) return undefined;
  // An init container that has completed, or a container of a pod that runs to completion.
  if (death.exitCode === 0 && (container.kind === 'init' || pod.pod.spec?.restartPolicy !== 'Always'))
    return undefined;
  if (pod.phase === 'Failed' && isReplaced(pod)) return undefined;
  return death;
}

/** `restarted 4 times, next try within 5m0s`. */
function rhythm(container: ContainerView): string {
  const backOff = /back-off (\S+) restarting/i.exec(container.waiting?.message ?? '')?.[1];
  const restarts =
    container.restarts === 0
      ? ''
      : `, restarted ${container.restarts === 1 ? 'once' : `${container.restarts} times`}`;
  return `${restarts}${backOff === undefined ? '' : `, next try within ${backOff}`}`;
}

/** The duration of its run, as text. */
function lasted({ startedAt, finishedAt }: Death): string {
  const milliseconds = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '');
  return Number.isNaN(milliseconds) || milliseconds < 0 ? '' : ` after ${span(milliseconds)}`;
}

const subject = ({ label, pod }: ContainerView) =>
  `${label[0]?.toUpperCase()}${label.slice(1)} of ${pod.ref}`;

const readLog = (container: ContainerView): Advice =>
  look(
    'Read what it wrote before it ended',
    container.pod.kubectl(
      'logs',
      container.pod.name,
      '-c',
      container.name,
      ...(container.death?.earlier === true ? ['--previous'] : []),
      '--tail=50',
    ),
  );

const restartFacts = (container: ContainerView): Fact[] =>
  container.restarts === 0 ? [] : [container.fact('restartCount', container.restarts)];

/** Whether a kill event belongs to this termination: after the grace period that it started, within a few seconds. */
function fits(event: Occurrence, death: Death, container: ContainerView): boolean {
  const end = Date.parse(death.finishedAt ?? '');
  if (Number.isNaN(end) || Number.isNaN(event.last)) return true;
  const grace = (container.pod.pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
  // A merged event has the time of the newest kill; an older termination was one of the previous ones.
  const soonEnough = event.last <= end + 5 * SECOND || (event.count > 1 && event.first <= end + 5 * SECOND);
  return soonEnough && event.last >= end - grace - 10 * SECOND;
}

/** The kill by a probe that caused a termination. */
function probeKill(
  container: ContainerView,
  kind: 'liveness' | 'startup',
): { killing: Occurrence; probe: Occurrence | undefined } | undefined {
  const death = troubling(container);
  if (death === undefined || death.reason === 'OOMKilled') return undefined;
  const words = new RegExp(`failed ${kind} probe`, 'i');
  const killing = container.events.where(
    ['Killing', 'Unhealthy'],
    (event) => words.test(event.message) && fits(event, death, container),
  );
  if (killing === undefined) return undefined;
  return { killing, probe: container.events.find('Unhealthy', new RegExp(`^${kind} probe`, 'i')) };
}

const memoryLimit = ({ spec }: ContainerView) => spec.resources?.limits?.['memory'];

function ranOutOfMemory(container: ContainerView, sure: boolean): Match | undefined {
  const death = troubling(container);
  if (death?.reason !== 'OOMKilled' || (death.exitCode === 137) !== sure) return undefined;
  const limit = memoryLimit(container);
  const limitFact =
    limit === undefined
      ? []
      : [container.pod.fact(`spec.containers[${container.name}].resources.limits.memory`, limit)];
  const own = limit === undefined ? 'the memory that its pod or node has' : `its memory limit of ${limit}`;
  return {
    title: sure
      ? `${subject(container)} used more than ${own} and was killed by the kernel${rhythm(container)}`
      : `A process in ${container.label} of ${container.pod.ref} ran out of memory at some time; the container itself ended with exit code ${death.exitCode}`,
    group: sure ? `killed for using more than ${own}` : 'a process in them ran out of memory',
    evidence: [container.deathFact(), ...limitFact, ...restartFacts(container)],
    ...(sure ? {} : { confidence: 'low' as const }),
    next: [
      look(
        'Compare with what it really uses',
        container.pod.kubectl('top', 'pod', container.pod.name, '--containers'),
        'get pods in metrics.k8s.io',
      ),
      change('Raise resources.limits.memory, or find the leak'),
    ],
  };
}

const LOG_ROWS: readonly {
  id: LogHint['id'];
  name: string;
  explain: string;
  because(hint: LogHint): string;
  next(hint: LogHint, container: ContainerView): Advice[];
}[] = [
  {
    id: 'K11',
    name: 'The program may not write or read a path',
    explain:
      'Its log speaks of a permission or of a read-only file system: readOnlyRootFilesystem, runAsUser, or the owner of a volume’s files.',
    because: ({ subject: path }) => `its log says that it may not use ${path}`,
    next: () => [change('Mount an emptyDir where it writes, or set fsGroup or runAsUser')],
  },
  {
    id: 'K12',
    name: 'A certificate is not accepted',
    explain:
      'Its log speaks of a certificate that has expired, is not yet valid or is not trusted: its own, or that of whom it calls.',
    because: ({ subject: words }) => `its log says: ${words}`,
    next: () => [look('Which certificate, and until when is it valid? Compare with the date')],
  },
  {
    id: 'K13',
    name: 'A name does not resolve',
    explain:
      'Its log says that a host name is unknown. A Service of another namespace needs that in its name. If every pod has the trouble it is the cluster’s DNS.',
    because: ({ subject: host }) => `its log says that the name ${host} does not resolve`,
    next: (_, { pod }) => [
      look('Is there such a Service in this namespace?', pod.kubectl('get', 'services')),
    ],
  },
  {
    id: 'K14',
    name: 'Something that it needs refuses the connection',
    explain:
      'Its log says that a connection was refused: the other side is not up, or listens elsewhere. Look there.',
    because: ({ subject: address }) =>
      `its log says that ${address === '' ? 'something' : address} refuses the connection`,
    next: (_, { pod }) => [
      look(
        'Which Service is that, and has it ready endpoints?',
        pod.kubectl('get', 'services,endpointslices'),
      ),
    ],
  },
  {
    id: 'K15',
    name: 'A setting or file is missing',
    explain: 'Its log asks for a variable or a file that is not there.',
    because: ({ subject: setting }) => `its log asks for ${setting === '' ? 'a setting' : setting}`,
    next: (_, { pod, name }) => [
      look(
        'See which variables it has',
        pod.kubectl(
          'get',
          'pod',
          pod.name,
          '-o',
          `jsonpath={.spec.containers[?(@.name=="${name}")].env[*].name}`,
        ),
      ),
    ],
  },
  {
    id: 'K16',
    name: 'Its account lacks a right',
    explain:
      'Its log holds the API server’s refusal, which names the service account, the verb and the resource.',
    because: ({ subject: words }) => `its log says that its account may not do this: ${words}`,
    next: () => [
      change(
        'Bind a Role with that verb and resource to the service account',
        undefined,
        'create roles and rolebindings',
      ),
    ],
  },
];

/** The hint in the log of a container that exited with an error. */
function logHint(container: ContainerView): LogHint | undefined {
  const death = troubling(container);
  if (death === undefined || death.exitCode === 0 || [137, 143].includes(death.exitCode)) return undefined;
  return container.log === undefined ? undefined : classifyLog(container.log.lines);
}

export const CRASH_RULES: readonly Rule<'container'>[] = [
  rule('container', {
    id: 'K3',
    level: 10,
    name: 'Out of memory',
    shows: 'Ended with reason OOMKilled and code 137.',
    explain: 'The container used more memory than its limit and the kernel killed it. No event tells of it.',
    find: (container) => ranOutOfMemory(container, true),
  }),
  rule('container', {
    id: 'K4',
    level: 10,
    name: 'A process in it ran out of memory',
    shows: 'Ended with reason OOMKilled and another code than 137.',
    explain:
      'The kernel killed some process of the container, not its first one, or a counter is stale. It may not be why the container ended.',
    confidence: 'low',
    find: (container) => ranOutOfMemory(container, false),
  }),
  ...(['liveness', 'startup'] as const).map((kind) =>
    rule('container', {
      id: kind === 'liveness' ? 'K5' : 'K6',
      level: 10,
      name: kind === 'liveness' ? 'Killed by its liveness probe' : 'Killed by its startup probe',
      shows: `Event Killing: failed ${kind} probe, for this container and at the time of its death.`,
      explain:
        kind === 'liveness'
          ? 'Kubernetes killed the container because its liveness probe failed. The program may be well and only slow: compare the probe’s times with how long it takes to start and to answer, or add a startup probe.'
          : 'Kubernetes killed the container because it was not up within the time that its startup probe allows.',
      find(container) {
        const kill = probeKill(container, kind);
        if (kill === undefined) return undefined;
        const probe = kind === 'liveness' ? container.spec.livenessProbe : container.spec.startupProbe;
        const text = kill.probe?.message.replace(/^\w+ probe [^:]*: /, '') ?? '';
        return {
          title: `Kubernetes kills ${container.label} of ${container.pod.ref} because its ${kind} probe fails${text === '' ? '' : `: ${text.slice(0, 160)}`}${rhythm(container)}`,
          group: `killed by their ${kind} probe`,
          evidence: [
            container.events.fact(kill.killing),
            ...(kill.probe === undefined ? [] : [container.events.fact(kill.probe)]),
            container.deathFact(),
          ],
          next: [
            look(`The probe: ${describeProbe(probe)}`, container.pod.describe()),
            readLog(container),
            change(
              kind === 'liveness'
                ? 'Give the program more time (startupProbe, timeoutSeconds), or mend what the probe asks'
                : 'Raise failureThreshold or periodSeconds of the startup probe',
            ),
          ],
        };
      },
    }),
  ),
  rule('container', {
    id: 'K7',
    level: 10,
    name: 'The grace period was not enough',
    shows: 'Event Killing: stopping container; ended with 137 after the whole grace period.',
    explain:
      'The container was asked to stop and did not, so it was killed. Its program ignores SIGTERM, as shells that are the first process do.',
    yieldsTo: ['K3', 'K5', 'K6', 'R8'],
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 137 || death.reason === 'OOMKilled') return undefined;
      const event = container.events.where(
        ['Killing'],
        (candidate) =>
          /^stopping container|definition changed|resize/i.test(candidate.message) &&
          fits(candidate, death, container),
      );
      if (event === undefined) return undefined;
      return {
        title: `${subject(container)} was asked to stop and had to be killed: it ignores SIGTERM`,
        group: 'ignore SIGTERM',
        evidence: [container.events.fact(event), container.deathFact()],
        next: [change('Start the program with exec, or under an init such as tini, so that it gets SIGTERM')],
      };
    },
  }),
  rule('container', {
    id: 'K9',
    level: 10,
    name: 'The program crashed',
    shows: 'Ended with 132, 133, 134, 135, 136, 139 or 159.',
    explain:
      'A signal of the program’s own making ended it: a bad memory access, an abort, an instruction that the CPU lacks, a system call that seccomp forbids.',
    yieldsTo: ['K3', 'K4', 'K5', 'K6'],
    find(container) {
      const death = troubling(container);
      if (death === undefined || !isCrash(death.exitCode)) return undefined;
      const signal = signalOf(death.exitCode);
      return {
        title: `${subject(container)} crashes with ${signal?.name} (exit code ${death.exitCode}): ${signal?.meaning}${rhythm(container)}`,
        group: `crash with ${signal?.name}`,
        evidence: [container.deathFact(), ...restartFacts(container), ...container.logFacts()],
        next: [readLog(container)],
      };
    },
  }),
  ...LOG_ROWS.map((row) =>
    rule('container', {
      id: row.id,
      level: 10,
      name: row.name,
      shows: 'Ended with an error, and the last lines of its log say so. A hint, never more.',
      explain: row.explain,
      confidence: 'low',
      yieldsTo: ['I1', 'K3', 'K4', 'K5', 'K6', 'K9', 'K20'],
      find(container): Match | undefined {
        const hint = logHint(container);
        if (hint?.id !== row.id) return undefined;
        return {
          title: `${subject(container)} ends with exit code ${container.death?.exitCode}; ${row.because(hint)}${rhythm(container)}`,
          group: `container ${container.name} ends with exit code ${container.death?.exitCode}; ${row.because(hint)}`,
          evidence: [container.deathFact(), ...container.logFacts([hint.line]), ...restartFacts(container)],
          confidence: 'low',
          next: [...row.next(hint, container), readLog(container)],
        };
      },
    }),
  ),
  rule('container', {
    id: 'R4',
    level: 9,
    name: 'The program is of another format',
    shows: 'The log says: exec format error.',
    explain: 'A shell or loader in the image could not run a program that is built for another processor.',
    find(container) {
      const hint = logHint(container);
      if (hint?.id !== 'R4') return undefined;
      return {
        title: `${subject(container)} runs a program that is made for another processor than node ${container.pod.node ?? '?'} has, or a script without #!`,
        group: 'programs of another format (exec format error)',
        evidence: [container.deathFact(), ...container.logFacts([hint.line])],
        next: [change('Build the image for the node’s architecture, or begin the script with #!')],
      };
    },
  }),
  rule('container', {
    id: 'K1',
    level: 10,
    name: 'The program ends with an error',
    shows: 'CrashLoopBackOff or ended, with a code other than 0, 137 and 143.',
    explain:
      'The program itself gives up. Its exit code says little; its last lines say why. The kubelet starts it again, after longer and longer pauses of up to five minutes.',
    yieldsTo: ['I1', 'T16', 'K3', 'K4', 'K5', 'K6', 'K9', 'K19', 'K20', ...LOG_HINTS],
    find(container) {
      const death = troubling(container);
      if (death === undefined || [0, 137, 143].includes(death.exitCode) || isCrash(death.exitCode))
        return undefined;
      const meaning = describeExit(death.exitCode);
      return {
        title: `${subject(container)} ends with exit code ${death.exitCode}${meaning === '' ? '' : ` (${meaning})`}${lasted(death)}${rhythm(container)}`,
        group: `container ${container.name} ends with exit code ${death.exitCode}`,
        evidence: [container.deathFact(), ...restartFacts(container), ...container.logFacts()],
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K2',
    level: 10,
    name: 'The program finishes, and is started again',
    shows: 'Ended with code 0 under restartPolicy Always, again and again.',
    explain:
      'It ends well, but Kubernetes expects it to go on: a shell without a terminal, a daemon that went into the background, a script that is done. Work that ends belongs into a Job.',
    yieldsTo: ['K3', 'K4', 'K5', 'K6', 'N4', 'X6', 'I4'],
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 0 || container.isRunning || container.kind === 'init') return undefined;
      if (container.restarts === 0 && !container.waitsFor('CrashLoopBackOff')) return undefined;
      const command = [...(container.spec.command ?? []), ...(container.spec.args ?? [])].join(' ');
      return {
        title: `${subject(container)} finishes with exit code 0${lasted(death)} and is started again: nothing in it stays${rhythm(container)}`,
        group: `container ${container.name} finishes and is started again`,
        evidence: [
          container.deathFact(),
          ...restartFacts(container),
          ...(command === ''
            ? []
            : [container.pod.fact(`spec.containers[${container.name}].command`, command.slice(0, 200))]),
          ...container.logFacts(),
        ],
        next: [readLog(container), change('Run the program in the foreground, or use a Job')],
      };
    },
  }),
  rule('container', {
    id: 'K8',
    level: 10,
    name: 'Killed from outside, nobody knows by whom',
    shows: 'Ended with 137 and reason Error, and nothing that explains it.',
    explain:
      '137 is SIGKILL and does not mean out of memory: then the reason would be OOMKilled. Somebody killed it: the runtime, the kernel for want of memory of the whole node, a person.',
    yieldsTo: KILLERS,
    confidence: 'low',
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 137 || death.reason === 'OOMKilled') return undefined;
      return {
        title: `${subject(container)} was killed from outside (137), and nothing tells by whom${rhythm(container)}`,
        group: 'killed from outside (137), nobody knows by whom',
        evidence: [container.deathFact(), ...restartFacts(container)],
        confidence: 'low',
        next: [
          readLog(container),
          look(
            'Did the node run out of memory?',
            ['describe', 'node', container.pod.node ?? ''],
            'get nodes in the whole cluster',
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'K10',
    level: 10,
    name: 'Asked to end, nobody knows by whom',
    shows: 'Ended with 143, without a deletion and without a probe’s kill.',
    explain:
      '143 is SIGTERM, obeyed. A supervisor in the container, a helper, or the node’s shutdown sent it.',
    yieldsTo: KILLERS,
    confidence: 'low',
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 143 || death.reason === 'OOMKilled') return undefined;
      return {
        title: `${subject(container)} was asked to end (SIGTERM, 143), and nothing tells by whom${rhythm(container)}`,
        group: 'asked to end (143), nobody knows by whom',
        evidence: [container.deathFact(), ...restartFacts(container)],
        confidence: 'low',
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K20',
    level: 10,
    name: 'Its end was not recorded properly',
    shows: 'Ended with 255 and reason Unknown.',
    explain:
      'The runtime lost the container, most often because it or the node crashed. Reason Error with 255 is the program’s own -1.',
    yieldsTo: ['N4', 'X6', 'T15'],
    confidence: 'low',
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 255 || death.reason !== 'Unknown') return undefined;
      return {
        title: `The runtime lost ${container.label} of ${container.pod.ref}: it, or node ${container.pod.node ?? '?'}, crashed`,
        group: 'lost by the runtime of their node',
        evidence: [container.deathFact(), ...restartFacts(container)],
        confidence: 'low',
        next: [
          look(
            'Did the node restart?',
            ['describe', 'node', container.pod.node ?? ''],
            'get nodes in the whole cluster',
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'K21',
    level: 10,
    name: 'In back-off, and how it ended is not known',
    shows: 'CrashLoopBackOff without a last state.',
    explain:
      'The container ended and waits to be started again; the record of its end is gone. The next end will show it.',
    confidence: 'unknown',
    find(container) {
      if (!container.waitsFor('CrashLoopBackOff') || container.death !== undefined) return undefined;
      return {
        title: `${subject(container)} keeps ending, and how is not recorded${rhythm(container)}`,
        evidence: [container.waitingFact()],
        confidence: 'unknown',
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K17',
    level: 10,
    name: 'Waiting for the next try',
    shows: 'CrashLoopBackOff at its longest pause, and the last end is minutes ago.',
    explain:
      'The kubelet waits up to five minutes between tries. What was wrong may have been mended since: the next try shows it.',
    severity: 'note',
    find(container) {
      if (!container.waitsFor('CrashLoopBackOff') || !/back-off 5m/i.test(container.waiting?.message ?? ''))
        return undefined;
      if ((container.diedAgo ?? 0) < 4 * MINUTE) return undefined;
      return {
        title: `${subject(container)} is about to be tried again: its last end is ${span(container.diedAgo)} ago`,
        evidence: [container.waitingFact()],
        next:
          container.pod.owner === undefined
            ? []
            : [
                change(
                  'To try at once delete the pod; its owner makes another',
                  container.pod.kubectl('delete', 'pod', container.pod.name),
                  'delete pods',
                ),
              ],
      };
    },
  }),
];

export const CRASH_POD_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'K19',
    level: 10,
    name: 'A restart rule restarts all containers',
    shows: 'Condition AllContainersRestarting is True.',
    explain: 'The pod says that on certain exit codes all of its containers start over.',
    severity: 'note',
    find(pod) {
      const condition = pod.condition('AllContainersRestarting');
      if (condition?.status !== 'True') return undefined;
      return {
        title: `All containers of ${pod.ref} are being restarted, as its restart rules say`,
        evidence: [condition.fact],
      };
    },
  }),
];
