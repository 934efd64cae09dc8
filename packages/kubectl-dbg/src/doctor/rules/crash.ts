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
    'Read its last log lines',
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
  const own = limit === undefined ? 'the memory of its pod or node' : `its memory limit of ${limit}`;
  return {
    title: sure
      ? `${subject(container)} used more than ${own} and was killed by the kernel${rhythm(container)}`
      : `A process in ${container.label} of ${container.pod.ref} was OOM-killed; the container itself exited with code ${death.exitCode}`,
    group: sure ? `killed for using more than ${own}` : 'a process in them was OOM-killed',
    evidence: [container.deathFact(), ...limitFact, ...restartFacts(container)],
    ...(sure ? {} : { confidence: 'low' as const }),
    next: [
      look(
        'Compare with the actual usage',
        container.pod.kubectl('top', 'pod', container.pod.name, '--containers'),
        'get pods in metrics.k8s.io',
      ),
      change('Raise resources.limits.memory, or fix the memory leak'),
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
    name: 'The program may not access a path',
    explain:
      'Its log mentions a permission or a read-only file system: readOnlyRootFilesystem, runAsUser, or the owner of a volume’s files.',
    because: ({ subject: path }) => `according to its log it may not access ${path}`,
    next: () => [change('Mount an emptyDir at that path, or set fsGroup or runAsUser')],
  },
  {
    id: 'K12',
    name: 'A certificate is not accepted',
    explain:
      'Its log mentions a certificate that has expired, is not yet valid or is not trusted: its own, or that of a server that it calls.',
    because: ({ subject: words }) => `its log says: ${words}`,
    next: () => [look('Check which certificate it is, and its validity')],
  },
  {
    id: 'K13',
    name: 'A name does not resolve',
    explain:
      'Its log reports an unknown host name. The name of a Service in another namespace must include that namespace. If all pods are affected, the cluster’s DNS is the cause.',
    because: ({ subject: host }) => `according to its log the name ${host} does not resolve`,
    next: (_, { pod }) => [
      look('Check whether this Service exists in the namespace', pod.kubectl('get', 'services')),
    ],
  },
  {
    id: 'K14',
    name: 'A connection is refused',
    explain:
      'Its log reports a refused connection: the server is not running, or listens on another port. Check the server.',
    because: ({ subject: address }) =>
      `according to its log ${address === '' ? 'a server' : address} refuses the connection`,
    next: (_, { pod }) => [
      look('Check whether the Service has ready endpoints', pod.kubectl('get', 'services,endpointslices')),
    ],
  },
  {
    id: 'K15',
    name: 'A setting or file is missing',
    explain: 'Its log mentions a missing environment variable or file.',
    because: ({ subject: setting }) =>
      `according to its log ${setting === '' ? 'a setting' : setting} is missing`,
    next: (_, { pod, name }) => [
      look(
        'List its environment variables',
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
    name: 'Its service account lacks a permission',
    explain: 'Its log contains the API server’s refusal with the service account, the verb and the resource.',
    because: ({ subject: words }) => `according to its log its service account may not do this: ${words}`,
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
    shows: 'Terminated with reason OOMKilled and exit code 137.',
    explain:
      'The container used more memory than its limit, and the kernel killed it. There is no event about it.',
    find: (container) => ranOutOfMemory(container, true),
  }),
  rule('container', {
    id: 'K4',
    level: 10,
    name: 'A process in it was OOM-killed',
    shows: 'Terminated with reason OOMKilled and an exit code other than 137.',
    explain:
      'The kernel killed a process of the container other than its first one, or a counter is stale. This may not be why the container terminated.',
    confidence: 'low',
    find: (container) => ranOutOfMemory(container, false),
  }),
  ...(['liveness', 'startup'] as const).map((kind) =>
    rule('container', {
      id: kind === 'liveness' ? 'K5' : 'K6',
      level: 10,
      name: kind === 'liveness' ? 'Killed by its liveness probe' : 'Killed by its startup probe',
      shows: `Event Killing: failed ${kind} probe, for this container and at the time of its termination.`,
      explain:
        kind === 'liveness'
          ? 'Kubernetes killed the container because its liveness probe failed. The program may only be slow: compare the probe’s times with how long it takes to start and to respond, or add a startup probe.'
          : 'Kubernetes killed the container because it did not start within the time that its startup probe allows.',
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
                ? 'Give the program more time (startupProbe, timeoutSeconds), or fix what the probe checks'
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
    shows: 'Event Killing: stopping container; exit code 137 after the complete grace period.',
    explain:
      'The container did not stop after SIGTERM, so it was killed. Its program ignores SIGTERM, like a shell that is the first process.',
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
        title: `${subject(container)} did not stop within its grace period and was killed: it ignores SIGTERM`,
        group: 'ignore SIGTERM',
        evidence: [container.events.fact(event), container.deathFact()],
        next: [
          change(
            'Start the program with exec, or under an init process such as tini, so that it receives SIGTERM',
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'K9',
    level: 10,
    name: 'The program crashed',
    shows: 'Exit code 132, 133, 134, 135, 136, 139 or 159.',
    explain:
      'The program caused a fatal signal: an invalid memory access, an abort, an instruction that the CPU lacks, a system call that seccomp forbids.',
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
      shows: 'Terminated with an error, and the last lines of its log mention this. Only a hint.',
      explain: row.explain,
      confidence: 'low',
      yieldsTo: ['I1', 'K3', 'K4', 'K5', 'K6', 'K9', 'K20'],
      find(container): Match | undefined {
        const hint = logHint(container);
        if (hint?.id !== row.id) return undefined;
        return {
          title: `${subject(container)} exits with code ${container.death?.exitCode}; ${row.because(hint)}${rhythm(container)}`,
          group: `container ${container.name} exits with code ${container.death?.exitCode}; ${row.because(hint)}`,
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
    name: 'The program is for another architecture',
    shows: 'The log contains: exec format error.',
    explain: 'A shell in the image could not execute a program that is built for another architecture.',
    find(container) {
      const hint = logHint(container);
      if (hint?.id !== 'R4') return undefined;
      return {
        title: `${subject(container)} runs a program that is not built for the architecture of node ${container.pod.node ?? '?'}, or a script without #!`,
        group: 'programs for another architecture (exec format error)',
        evidence: [container.deathFact(), ...container.logFacts([hint.line])],
        next: [change('Build the image for the node’s architecture, or start the script with #!')],
      };
    },
  }),
  rule('container', {
    id: 'K1',
    level: 10,
    name: 'The program exits with an error',
    shows: 'CrashLoopBackOff or terminated, with an exit code other than 0, 137 and 143.',
    explain:
      'The program itself exits with an error. Its exit code says little; its last log lines say why. The kubelet restarts it with a back-off of up to five minutes.',
    yieldsTo: ['I1', 'T16', 'K3', 'K4', 'K5', 'K6', 'K9', 'K19', 'K20', ...LOG_HINTS],
    find(container) {
      const death = troubling(container);
      if (death === undefined || [0, 137, 143].includes(death.exitCode) || isCrash(death.exitCode))
        return undefined;
      const meaning = describeExit(death.exitCode);
      return {
        title: `${subject(container)} exits with code ${death.exitCode}${meaning === '' ? '' : ` (${meaning})`}${lasted(death)}${rhythm(container)}`,
        group: `container ${container.name} exits with code ${death.exitCode}`,
        evidence: [container.deathFact(), ...restartFacts(container), ...container.logFacts()],
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K2',
    level: 10,
    name: 'The program exits with 0, and is restarted',
    shows: 'Repeatedly terminated with exit code 0 under restartPolicy Always.',
    explain:
      'It succeeds, but Kubernetes expects it to keep running: a shell without a terminal, a daemon that goes into the background, a script that is done. Use a Job for work that ends.',
    yieldsTo: ['K3', 'K4', 'K5', 'K6', 'N4', 'X6', 'I4'],
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 0 || container.isRunning || container.kind === 'init') return undefined;
      if (container.restarts === 0 && !container.waitsFor('CrashLoopBackOff')) return undefined;
      const command = [...(container.spec.command ?? []), ...(container.spec.args ?? [])].join(' ');
      return {
        title: `${subject(container)} exits with code 0${lasted(death)} and is restarted: no process keeps running in it${rhythm(container)}`,
        group: `container ${container.name} exits with code 0 and is restarted`,
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
    name: 'Killed from outside, by an unknown sender',
    shows: 'Exit code 137 and reason Error, without an explanation.',
    explain:
      '137 is SIGKILL, but not out of memory: then the reason would be OOMKilled. It was killed by the runtime, by the kernel because the node ran out of memory, or by a person.',
    yieldsTo: KILLERS,
    confidence: 'low',
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 137 || death.reason === 'OOMKilled') return undefined;
      return {
        title: `${subject(container)} was killed from outside (137), by an unknown sender${rhythm(container)}`,
        group: 'killed from outside (137), by an unknown sender',
        evidence: [container.deathFact(), ...restartFacts(container)],
        confidence: 'low',
        next: [
          readLog(container),
          look(
            'Check whether the node ran out of memory',
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
    name: 'Terminated by SIGTERM from an unknown sender',
    shows: 'Exit code 143, without a deletion and without a failed probe.',
    explain:
      '143 is SIGTERM. A supervisor in the container, another container, or the shutdown of the node sent it.',
    yieldsTo: KILLERS,
    confidence: 'low',
    find(container) {
      const death = troubling(container);
      if (death?.exitCode !== 143 || death.reason === 'OOMKilled') return undefined;
      return {
        title: `${subject(container)} was terminated by SIGTERM (143) from an unknown sender${rhythm(container)}`,
        group: 'terminated by SIGTERM (143) from an unknown sender',
        evidence: [container.deathFact(), ...restartFacts(container)],
        confidence: 'low',
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K20',
    level: 10,
    name: 'The runtime lost the container',
    shows: 'Exit code 255 and reason Unknown.',
    explain:
      'The runtime lost the container, usually because it or the node crashed. (255 with reason Error is the program’s own exit code -1.)',
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
            'Check whether the node restarted',
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
    name: 'In back-off, without a known termination',
    shows: 'CrashLoopBackOff without a last state.',
    explain:
      'The container has terminated and waits for its restart, but its last termination is not recorded. The next one will be.',
    confidence: 'unknown',
    find(container) {
      if (!container.waitsFor('CrashLoopBackOff') || container.death !== undefined) return undefined;
      return {
        title: `${subject(container)} keeps terminating, and the exit code is not recorded${rhythm(container)}`,
        evidence: [container.waitingFact()],
        confidence: 'unknown',
        next: [readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'K17',
    level: 10,
    name: 'Waiting for the next restart',
    shows: 'CrashLoopBackOff at the maximum, and the last termination was minutes ago.',
    explain:
      'The kubelet waits up to five minutes between restarts. The cause may have been fixed since: the next restart will show.',
    severity: 'note',
    find(container) {
      if (!container.waitsFor('CrashLoopBackOff') || !/back-off 5m/i.test(container.waiting?.message ?? ''))
        return undefined;
      if ((container.diedAgo ?? 0) < 4 * MINUTE) return undefined;
      return {
        title: `${subject(container)} will be restarted soon: it terminated ${span(container.diedAgo)} ago`,
        evidence: [container.waitingFact()],
        next:
          container.pod.owner === undefined
            ? []
            : [
                change(
                  'To retry at once, delete the pod; its owner creates another',
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
    explain: 'A restart policy rule of the pod restarts all of its containers after certain exit codes.',
    severity: 'note',
    find(pod) {
      const condition = pod.condition('AllContainersRestarting');
      if (condition?.status !== 'True') return undefined;
      return {
        title: `All containers of ${pod.ref} are being restarted by its restart policy rules`,
        evidence: [condition.fact],
      };
    },
  }),
];
