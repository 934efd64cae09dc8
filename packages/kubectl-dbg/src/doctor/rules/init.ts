import { change, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE, SECOND, span } from '../time.ts';
import type { ContainerView } from '../view/container-view.ts';
import { describeExit } from '../classify/exit-code.ts';
import { describeProbe } from '../classify/probe.ts';

/** `(1 of 2)`: the position among the init containers. */
function position(container: ContainerView): string {
  const all = container.pod.containers.filter(({ kind }) => kind === 'init' || kind === 'sidecar');
  return all.length < 2 ? '' : ` (${all.indexOf(container) + 1} of ${all.length})`;
}

const holdsUp = (container: ContainerView) =>
  container.pod.appContainers.every(({ isRunning, death }) => !isRunning && death === undefined);

export const INIT_RULES: readonly Rule<'container'>[] = [
  rule('container', {
    id: 'I1',
    level: 6,
    name: 'An init container fails',
    shows:
      'Initialized False; an init container terminated with an exit code other than 0, or is in CrashLoopBackOff.',
    explain:
      'Init containers run in order, and no later container starts after a failed one. Its log has the reason.',
    yieldsTo: ['K3', 'K4', 'K5', 'K6', 'K9', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10'],
    find(container) {
      const { death } = container;
      if (container.kind !== 'init' || death === undefined || death.exitCode === 0) return undefined;
      if (container.isRunning || container.pod.condition('Initialized')?.status === 'True') return undefined;
      const meaning = describeExit(death.exitCode);
      return {
        title: `Init container ${container.name}${position(container)} of ${container.pod.ref} fails with exit code ${death.exitCode}${meaning === '' ? '' : ` (${meaning})`}; no later container has started`,
        group: `init container ${container.name} fails with exit code ${death.exitCode}`,
        evidence: [container.deathFact(), ...container.logFacts()],
        next: [
          look(
            'Read its log',
            container.pod.kubectl(
              'logs',
              container.pod.name,
              '-c',
              container.name,
              ...(container.waitsFor('CrashLoopBackOff') ? ['--previous'] : []),
            ),
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'I2',
    level: 6,
    name: 'An init container does not complete',
    shows: 'An init container has been running for more than five minutes.',
    explain:
      'No later container starts until it completes. Usually it waits for something: a database, a Service, a lock. Its command and its last log lines show for what.',
    find(container) {
      if (container.kind !== 'init' || !container.isRunning || (container.uptime ?? 0) < 5 * MINUTE)
        return undefined;
      const command = [...(container.spec.command ?? []), ...(container.spec.args ?? [])].join(' ');
      return {
        title: `Init container ${container.name}${position(container)} of ${container.pod.ref} has been running for ${span(container.uptime)}; no later container has started`,
        group: `init container ${container.name} does not complete`,
        evidence: [
          container.fact('state.running.startedAt', container.status?.state?.running?.startedAt ?? ''),
          ...(command === ''
            ? []
            : [container.pod.fact(`spec.initContainers[${container.name}].command`, command.slice(0, 200))]),
          ...container.logFacts(),
        ],
        next: [
          look(
            'Read its log for what it waits for',
            container.pod.kubectl('logs', container.pod.name, '-c', container.name, '--tail=20'),
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'I3',
    level: 6,
    name: 'A sidecar has not started',
    shows:
      'An init container with restartPolicy Always is running with started false, and later containers have not started.',
    explain:
      'The next container starts only after the sidecar counts as started: its startup probe must succeed.',
    yieldsTo: ['K6'],
    find(container) {
      if (container.kind !== 'sidecar' || !container.isRunning || container.status?.started !== false)
        return undefined;
      if (!holdsUp(container) || (container.uptime ?? 0) < 15 * SECOND) return undefined;
      const event = container.events.find('Unhealthy', /^Startup/i);
      return {
        title: `Sidecar ${container.name} of ${container.pod.ref} does not count as started, so no later container starts: its startup probe (${describeProbe(container.spec.startupProbe)}) does not succeed`,
        group: `sidecar ${container.name} does not count as started`,
        evidence: [
          container.fact('started', 'false'),
          ...(event === undefined ? [] : [container.events.fact(event)]),
        ],
        next: [
          look(
            'Read its log',
            container.pod.kubectl('logs', container.pod.name, '-c', container.name, '--tail=20'),
          ),
        ],
      };
    },
  }),
  rule('container', {
    id: 'I5',
    level: 6,
    name: 'A sidecar fails while the application is ready',
    shows: 'A sidecar is in CrashLoopBackOff while the application’s containers are ready.',
    explain:
      'The application’s containers are ready, but the sidecar is not, so the pod is not ready. Check the sidecar.',
    severity: 'effect',
    find(container) {
      if (container.kind !== 'sidecar' || !container.waitsFor('CrashLoopBackOff')) return undefined;
      if (!container.pod.appContainers.every(({ isReady }) => isReady)) return undefined;
      return {
        title: `The application of ${container.pod.ref} is ready, but its sidecar ${container.name} keeps terminating`,
        group: `sidecar ${container.name} keeps terminating`,
        evidence: [container.waitingFact()],
        next: [
          look(
            'Read its log',
            container.pod.kubectl('logs', container.pod.name, '-c', container.name, '--previous'),
          ),
        ],
      };
    },
  }),
];

export const INIT_POD_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'I4',
    level: 6,
    name: 'A helper container keeps a Job from completing',
    shows:
      'In a pod of a Job, one container has completed, and another one, which is not a sidecar, keeps running.',
    explain:
      'A Job completes when all containers of its pod have terminated. Make a helper that runs forever a sidecar (in initContainers with restartPolicy Always): then it is stopped after the work.',
    find(pod) {
      if (pod.owner?.kind !== 'Job' || pod.isDeleting) return undefined;
      const done = pod.appContainers.filter(({ status }) => status?.state?.terminated?.exitCode === 0);
      const running = pod.appContainers.filter(({ isRunning }) => isRunning);
      const [last] = done.map(({ diedAgo }) => diedAgo ?? 0).sort((a, b) => a - b);
      if (done.length === 0 || running.length === 0 || (last ?? 0) < MINUTE / 2) return undefined;
      if (done.length + running.length < pod.appContainers.length) return undefined;
      const helpers = running.map(({ name }) => name).join(', ');
      return {
        title: `The work of ${pod.ref} is done (${done.map(({ name }) => name).join(', ')}), but container ${helpers} keeps running, so Job ${pod.owner.name} does not complete`,
        group: `container ${helpers} keeps Jobs from completing`,
        evidence: [
          ...done.map((container) => container.deathFact()),
          ...running.map((container) =>
            container.fact('state.running.startedAt', container.status?.state?.running?.startedAt ?? ''),
          ),
        ],
        next: [change(`Make ${helpers} an init container with restartPolicy Always`)],
      };
    },
  }),
  rule('pod', {
    id: 'I6',
    level: 6,
    name: 'The init containers ran again',
    shows: 'Init containers have restarted although they had succeeded; event SandboxChanged.',
    explain: 'When the sandbox of a pod is recreated, all containers start over, init containers first.',
    severity: 'note',
    yieldsTo: ['N4', 'X6'],
    find(pod) {
      const again = pod.containers.find(
        ({ kind, restarts, status }) =>
          kind === 'init' && restarts > 0 && status?.state?.terminated?.exitCode === 0,
      );
      const event = pod.events.find('SandboxChanged');
      if (again === undefined || event === undefined) return undefined;
      return {
        title: `All containers of ${pod.ref} have started over, because its sandbox was recreated`,
        evidence: [again.fact('restartCount', again.restarts), pod.events.fact(event)],
      };
    },
  }),
];
