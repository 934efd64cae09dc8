import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Occurrence } from '../evidence.ts';
import { classifyProbe, describeProbe, type ProbeClass, probeText, probeWindow } from '../classify/probe.ts';
import { lastClause } from '../classify/pull.ts';
import { MINUTE, since, span, YOUNG } from '../time.ts';
import type { ContainerView } from '../view/container-view.ts';

/** Whether the container runs longer than its probes allow, and still isn't ready. */
export function isUnready(container: ContainerView): boolean {
  const { kind, pod, isRunning, isReady, spec, status } = container;
  if ((kind !== 'app' && kind !== 'sidecar') || !isRunning || isReady || pod.isDeleting) return false;
  if (status?.started === false && spec.startupProbe !== undefined) return false;
  const uptime = container.uptime ?? 0;
  return uptime > Math.max(YOUNG, spec.startupProbe === undefined ? probeWindow(spec.readinessProbe) : 0);
}

/** The last failure of the readiness probe. */
function readinessFailure(container: ContainerView): Occurrence | undefined {
  return container.events.find(['Unhealthy', 'ProbeError'], /^readiness probe (failed|errored)/i);
}

interface ReadyRow {
  id: ProbeClass;
  name: string;
  shows: string;
  explain: string;
  because(container: ContainerView, text: string): string;
  group: string;
  next(container: ContainerView): Advice[];
}

const port = ({ spec }: ContainerView) =>
  String(
    spec.readinessProbe?.httpGet?.port ??
      spec.readinessProbe?.tcpSocket?.port ??
      spec.readinessProbe?.grpc?.port ??
      '?',
  );
const declared = ({ spec }: ContainerView) => {
  const ports = (spec.ports ?? []).map(
    ({ containerPort, name }) => `${containerPort}${name === undefined ? '' : ` (${name})`}`,
  );
  return ports.length === 0 ? '' : `; it declares ${ports.join(', ')}`;
};
const readLog = (container: ContainerView) =>
  look('Read its log', container.pod.kubectl('logs', container.pod.name, '-c', container.name, '--tail=50'));

const ROWS: readonly ReadyRow[] = [
  {
    id: 'U1',
    name: 'The readiness probe gets an HTTP error',
    shows: 'Running, not ready; event Unhealthy: HTTP status 4xx or 5xx.',
    explain:
      'The program responds, but reports that it is not ready, or the path of the probe is wrong (404).',
    because: (container, text) =>
      `responds to its readiness probe (${container.spec.readinessProbe?.httpGet?.path ?? '/'}) with HTTP status ${/(\d{3})\b/.exec(text)?.[1] ?? '?'}`,
    group: 'respond to their readiness probe with an error',
    next: (container) => [
      readLog(container),
      change('Fix what it waits for, or correct the path of the probe'),
    ],
  },
  {
    id: 'U2',
    name: 'Nothing listens on the probe’s port',
    shows: 'Running, not ready; event Unhealthy: connection refused.',
    explain:
      'Nothing listens on the probe’s port: the program uses another port, listens only on 127.0.0.1, or has not started yet.',
    because: (container) =>
      `does not listen on port ${port(container)} of its readiness probe${declared(container)}`,
    group: 'do not listen on the port of their readiness probe',
    next: (container) => [
      readLog(container),
      change('Correct the port of the probe, or make the program listen on all addresses'),
    ],
  },
  {
    id: 'U3',
    name: 'The readiness probe times out',
    shows: 'Running, not ready; event Unhealthy: timeout or deadline exceeded.',
    explain:
      'There was no response within timeoutSeconds, which is 1 by default. The program is slow or overloaded, or throttled by its CPU limit.',
    because: ({ spec }) =>
      `does not respond to its readiness probe within ${spec.readinessProbe?.timeoutSeconds ?? 1}s`,
    group: 'do not respond to their readiness probe in time',
    next: (container) => [readLog(container), change('Raise timeoutSeconds, or the CPU limit')],
  },
  {
    id: 'U4',
    name: 'The command of the readiness probe fails',
    shows: 'Running, not ready; event Unhealthy with the output of the command.',
    explain:
      'The probe runs a command in the container, which exits with an error. Its output has the reason.',
    because: (_, text) => `fails its readiness check${text === '' ? '' : `: ${lastClause(text)}`}`,
    group: 'fail their readiness check',
    next: (container) => [readLog(container)],
  },
  {
    id: 'U5',
    name: 'The readiness probe itself is broken',
    shows: 'Running, not ready; event Unhealthy: errored, executable file not found.',
    explain:
      'The probe cannot be executed: its command is not in the image, or no port has its name. The program may be healthy.',
    because: (_, text) => `cannot be checked: its readiness probe is broken: ${lastClause(text)}`,
    group: 'have a broken readiness probe',
    next: () => [change('Use a probe that works with the image, such as httpGet')],
  },
  {
    id: 'U6',
    name: 'The gRPC health check fails',
    shows: 'Running, not ready; event Unhealthy: NOT_SERVING, no connection, or no health protocol.',
    explain:
      'The program reports NOT_SERVING, nothing listens on the port, or the program does not implement the gRPC health protocol.',
    because: (_, text) => `fails its gRPC readiness check: ${lastClause(text)}`,
    group: 'fail their gRPC readiness check',
    next: (container) => [readLog(container)],
  },
];

const subject = ({ label, pod }: ContainerView) =>
  `${label[0]?.toUpperCase()}${label.slice(1)} of ${pod.ref}`;

export const READY_RULES: readonly Rule<'container'>[] = [
  ...ROWS.map((row) =>
    rule('container', {
      id: row.id,
      level: 11,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      yieldsTo: ['N1', 'N2', 'K3', 'K5', 'K6', 'K8', 'K1'],
      find(container): Match | undefined {
        const event = isUnready(container) ? readinessFailure(container) : undefined;
        if (event === undefined || classifyProbe(event.message, container.spec.readinessProbe) !== row.id)
          return undefined;
        return {
          title: `${subject(container)} is running, but ${row.because(container, probeText(event.message))}`,
          group: row.group,
          evidence: [container.fact('ready', 'false'), container.events.fact(event)],
          next: [
            look(`The probe: ${describeProbe(container.spec.readinessProbe)}`, container.pod.describe()),
            ...row.next(container),
          ],
        };
      },
    }),
  ),
  rule('container', {
    id: 'U9',
    level: 11,
    name: 'Running and not ready, without a known reason',
    shows: 'Running for longer than its probe allows, ready false, without an event Unhealthy.',
    explain:
      'The readiness probe does not succeed. The reason is only in events, which expire after an hour and are merged, or which may not be read.',
    confidence: 'unknown',
    yieldsTo: ['U8', 'N1', 'N2', 'K5', 'K6', 'K8', 'K1', 'K3'],
    find(container) {
      if (!isUnready(container) || readinessFailure(container) !== undefined) return undefined;
      const probe = container.spec.readinessProbe;
      return {
        title: `${subject(container)} has been running for ${span(container.uptime)} and is not ready; the reason is no longer known`,
        group: 'are running and not ready; the reason is no longer known',
        evidence: [
          container.fact('ready', 'false'),
          ...container.events.all.slice(0, 1).map((event) => container.events.fact(event)),
        ],
        confidence: 'unknown',
        next: [
          look(
            probe === undefined
              ? 'It has no readiness probe: see the pod'
              : `The probe: ${describeProbe(probe)}`,
            container.pod.describe(),
          ),
          readLog(container),
        ],
      };
    },
  }),
  rule('container', {
    id: 'U7',
    level: 11,
    name: 'Still starting',
    shows: 'Running with started false, within the time that its startup probe allows.',
    explain:
      'The startup probe has not succeeded yet, but may still succeed. Until then no other probe runs.',
    severity: 'note',
    yieldsTo: ['K6', 'I3'],
    find(container) {
      const probe = container.spec.startupProbe;
      if (
        container.kind === 'ephemeral' ||
        probe === undefined ||
        !container.isRunning ||
        container.status?.started !== false
      )
        return undefined;
      const limit = probeWindow(probe);
      const uptime = container.uptime ?? 0;
      if (uptime < Math.min(YOUNG, limit / 2)) return undefined;
      return {
        title: `${subject(container)} has been starting for ${span(uptime)}, of at most ${span(limit)} that its startup probe allows`,
        group: 'are still starting',
        evidence: [container.fact('started', 'false')],
        next: [look(`The probe: ${describeProbe(probe)}`), readLog(container)],
      };
    },
  }),
  rule('container', {
    id: 'U10',
    level: 11,
    name: 'A probe is redirected',
    shows: 'Event ProbeWarning: the probe ended at a redirect.',
    explain:
      'The response to the probe is a redirect to another host, which counts as success. The probe may check less than intended.',
    severity: 'note',
    find(container) {
      const event = container.events.find('ProbeWarning');
      if (event === undefined) return undefined;
      return {
        title: `A probe of ${container.label} of ${container.pod.ref} gets a redirect, which counts as success`,
        evidence: [container.events.fact(event)],
      };
    },
  }),
  rule('container', {
    id: 'U12',
    level: 11,
    name: 'Temporarily not ready',
    shows: 'Ready now, but more than five recent events Unhealthy of the readiness probe.',
    explain:
      'The container is temporarily removed from its Services: high load, a pause, or too short a timeout.',
    severity: 'note',
    find(container) {
      if (!container.isReady) return undefined;
      const event = container.events.where(
        ['Unhealthy'],
        ({ message, count, last }) =>
          /^readiness/i.test(message) && count > 5 && container.pod.now - last < 5 * MINUTE,
      );
      if (event === undefined) return undefined;
      return {
        title: `${subject(container)} is ready now, but repeatedly fails its readiness probe (${event.count} times)`,
        evidence: [container.events.fact(event)],
        next: [look(`The probe: ${describeProbe(container.spec.readinessProbe)}`)],
      };
    },
  }),
];

export const READY_POD_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'U8',
    level: 11,
    name: 'A readiness gate is not True',
    shows:
      'ContainersReady True, Ready False; a condition named in spec.readinessGates is absent or not True.',
    explain:
      'The containers are ready, but the pod is ready only after an external controller, usually of a load balancer, has set this condition.',
    find(pod) {
      const gates = (pod.pod.spec?.readinessGates ?? []).map(({ conditionType }) => conditionType);
      const closed = gates.filter((gate) => pod.condition(gate)?.status !== 'True');
      if (closed.length === 0 || pod.isReady || pod.condition('ContainersReady')?.status !== 'True')
        return undefined;
      if ((since(pod.condition('ContainersReady')?.since, pod.now) ?? Number.POSITIVE_INFINITY) < YOUNG)
        return undefined;
      return {
        title: `The containers of ${pod.ref} are ready, but its readiness gate ${closed.join(', ')} is not True`,
        group: `wait for readiness gate ${closed.join(', ')}`,
        evidence: [
          ...(pod.condition('Ready') === undefined ? [] : [pod.condition('Ready')!.fact]),
          ...closed.map(
            (gate) => pod.condition(gate)?.fact ?? pod.fact(`status.conditions[${gate}]`, 'absent'),
          ),
        ],
        next: [
          look(
            'Check whether the controller that sets this condition is running; for load balancers, see the target group',
          ),
        ],
      };
    },
  }),
];
