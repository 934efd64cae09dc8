import { change, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { probeWindow } from '../classify/probe.ts';
import { lastClause } from '../classify/pull.ts';
import type { Occurrence } from '../evidence.ts';
import type { PodView } from '../view/pod-view.ts';
import type { ContainerView } from '../view/container-view.ts';
import { isReplaced } from './ended.ts';
import { HOUR, MINUTE, since, span } from '../time.ts';

/** Conditions of an autoscaler that does not scale. */
export const AUTOSCALER_RULES: readonly Rule<'autoscaler'>[] = [
  rule('autoscaler', {
    id: 'A3',
    level: 13,
    name: 'The autoscaler gets no metrics',
    shows: 'ScalingActive False.',
    explain:
      'It does not scale: metrics are not available, the pods have no requests to compare with, its selector is ambiguous, or its target is scaled to 0. While no pod is ready, this is only a consequence.',
    severity: 'note',
    find(view) {
      const condition = view.condition('ScalingActive');
      if (condition?.status !== 'False') return undefined;
      return {
        title: `${view.ref} does not scale (${condition.reason}): ${condition.message}`,
        evidence: [condition.fact],
        next: [
          look(
            'Check that metrics are available and that the pods have requests',
            view.kubectl('describe', 'hpa', view.name),
          ),
        ],
      };
    },
  }),
  rule('autoscaler', {
    id: 'A4',
    level: 13,
    name: 'The autoscaler cannot scale its target',
    shows: 'AbleToScale False.',
    explain: 'Its target cannot be read or scaled: usually it does not exist.',
    severity: 'note',
    find(view) {
      const condition = view.condition('AbleToScale');
      if (condition?.status !== 'False') return undefined;
      return {
        title: `${view.ref} cannot scale its target (${condition.reason}): ${condition.message}`,
        evidence: [condition.fact],
        next: [look('Check whether its target exists', view.kubectl('describe', 'hpa', view.name))],
      };
    },
  }),
  rule('autoscaler', {
    id: 'A5',
    level: 13,
    name: 'The autoscaler is at its maximum',
    shows: 'ScalingLimited True, TooManyReplicas.',
    explain: 'According to its metrics it needs more replicas than maxReplicas allows.',
    severity: 'note',
    find(view) {
      const condition = view.condition('ScalingLimited');
      if (condition?.status !== 'True' || condition.reason !== 'TooManyReplicas') return undefined;
      return {
        title: `${view.ref} is at its maximum of ${view.object.spec?.maxReplicas ?? '?'} replicas and needs more`,
        evidence: [condition.fact],
        next: [change('Raise maxReplicas')],
      };
    },
  }),
];

export const BUDGET_RULES: readonly Rule<'budget'>[] = [
  rule('budget', {
    id: 'A1',
    level: 13,
    name: 'A disruption budget allows no disruption',
    shows: 'status.disruptionsAllowed is 0 although all expected pods are healthy.',
    explain:
      'Draining the nodes of these pods will hang, because every eviction is refused: minAvailable equals the number of replicas, or maxUnavailable is 0.',
    severity: 'note',
    find(view) {
      const { disruptionsAllowed, expectedPods = 0, currentHealthy = 0 } = view.object.status ?? {};
      if (disruptionsAllowed !== 0 || expectedPods === 0 || currentHealthy < expectedPods) return undefined;
      return {
        title: `${view.ref} allows no disruption: draining a node of its ${expectedPods} pods will hang`,
        evidence: [view.fact('status.disruptionsAllowed', 0)],
        next: [change('Lower minAvailable, or increase the replicas')],
      };
    },
  }),
];

export const RISK_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'A2',
    level: 13,
    name: 'Two disruption budgets for one pod',
    shows: 'More than one PodDisruptionBudget selects the pod.',
    explain: 'The API server refuses to evict such a pod, so its node cannot be drained.',
    severity: 'note',
    find(pod) {
      const labels = pod.pod.metadata?.labels ?? {};
      const budgets = (pod.evidence.budgets ?? []).filter(({ spec }) => {
        const wanted = Object.entries(spec?.selector?.matchLabels ?? {});
        return (
          wanted.length > 0 &&
          (spec?.selector?.matchExpressions ?? []).length === 0 &&
          wanted.every(([key, value]) => labels[key] === value)
        );
      });
      if (budgets.length < 2) return undefined;
      const names = budgets.map(({ metadata }) => metadata?.name ?? '').join(', ');
      return {
        title: `${pod.ref} cannot be evicted: ${budgets.length} disruption budgets select it (${names})`,
        group: 'cannot be evicted: several disruption budgets select them',
        evidence: [pod.fact('metadata.labels', JSON.stringify(labels))],
        next: [change('Remove all but one of them')],
      };
    },
  }),
  rule('pod', {
    id: 'A6',
    level: 13,
    name: 'A resize is pending',
    shows: 'PodResizePending True: Deferred or Infeasible.',
    explain:
      'The requests or limits of a running pod were changed, and its node has no capacity for them now, or never will.',
    severity: 'note',
    find(pod) {
      const condition = pod.condition('PodResizePending');
      if (condition?.status !== 'True') return undefined;
      return {
        title: `A resize of ${pod.ref} ${condition.reason === 'Infeasible' ? 'is infeasible' : 'waits for capacity'}: ${condition.message}`,
        evidence: [condition.fact],
      };
    },
  }),
  rule('pod', {
    id: 'A7',
    level: 13,
    name: 'The only replica is on a cordoned node',
    shows: 'With the right to read nodes: the node is cordoned, and the owner has one replica with a volume.',
    explain:
      'Draining the node terminates the only replica, and its volume must be attached to another node.',
    severity: 'note',
    find(pod) {
      const node = pod.evidence.nodes?.find(({ metadata }) => metadata?.name === pod.node);
      if (node?.spec?.unschedulable !== true || pod.owner === undefined) return undefined;
      const owner = pod.evidence.workloads?.find(
        ({ metadata }) => metadata?.uid === pod.owner?.uid || metadata?.name === pod.owner?.name,
      ) as { spec?: { replicas?: number } } | undefined;
      const claims = (pod.pod.spec?.volumes ?? []).some(
        ({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined,
      );
      if (!claims || (owner?.spec?.replicas ?? 0) !== 1) return undefined;
      return {
        title: `${pod.ref} is the only replica, with a volume, and its node ${pod.node} is cordoned`,
        evidence: [{ object: `node/${pod.node}`, path: 'spec.unschedulable', value: 'true' }],
      };
    },
  }),
  rule('pod', {
    id: 'A8',
    level: 13,
    name: 'Debug containers left behind',
    shows: 'Ephemeral containers that have terminated, or have been running for more than a day.',
    explain:
      'Ephemeral containers cannot be removed from a pod. They are removed with the pod, and its owner creates one without them.',
    severity: 'note',
    find(pod) {
      const left = pod.containers.filter(
        ({ kind, status, uptime }) =>
          kind === 'ephemeral' && (status?.state?.terminated != null || (uptime ?? 0) > 24 * HOUR),
      );
      if (left.length === 0) return undefined;
      return {
        title: `${pod.ref} has ${left.length} debug container${left.length === 1 ? '' : 's'} left behind: ${left
          .map(({ name }) => name)
          .slice(0, 5)
          .join(', ')}${left.length > 5 ? ', …' : ''}`,
        group: 'have debug containers left behind',
        evidence: [pod.fact('spec.ephemeralContainers', left.length)],
      };
    },
  }),
];

/** How long a warning counts for its pod's current state. */
const RECENT = 10 * MINUTE;

/** The newest warning about a pod or its containers, unless it is from a stage that the pod has passed. */
function lastWarning(pod: PodView): Occurrence | undefined {
  return pod.events.all.find(
    ({ type, reason, last }) =>
      type === 'Warning' &&
      !(pod.now - last > RECENT) &&
      !(reason === 'FailedScheduling' && pod.isScheduled) &&
      // It only says that the kubelet waits.
      reason !== 'BackOff',
  );
}

const said = ({ reason, message }: Occurrence) => `${reason}: ${lastClause(message)}`;

/** How long a pod may be unready without a known reason before it is reported. */
const PATIENCE = 15_000;

export const UNKNOWN_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'A9',
    level: 13,
    name: 'Not ready, without a known reason',
    shows: 'The pod is not ready, and neither its status nor an event has the reason.',
    explain:
      'Events expire after an hour, and some causes are only in events. The next attempt of the kubelet, or a new pod, creates new ones. If you may not read events, ask for that permission.',
    severity: 'unknown',
    confidence: 'unknown',
    yieldsTo: ['V12', 'P10', 'P13', 'U7', 'I6', 'K19'],
    find(pod) {
      const { phase, age, isDeleting } = pod;
      if (phase === 'Succeeded' || isDeleting || pod.isReady || age < PATIENCE) return undefined;
      if ((since(pod.condition('Ready')?.since, pod.now) ?? PATIENCE) < PATIENCE) return undefined;
      if (pod.containers.some(isStarting) || isStillPreparing(pod)) return undefined;
      if (phase === 'Failed' && isReplaced(pod)) return undefined;
      const stage = !pod.isScheduled
        ? 'not scheduled'
        : pod.isWaitingForNode
          ? 'its sandbox, volumes or images are being prepared'
          : `its phase is ${phase || 'not known'}`;
      const ready = pod.condition('Ready');
      const warning = lastWarning(pod);
      const unreadyFor = span(since(ready?.since, pod.now) ?? age);
      return {
        title:
          phase === 'Failed'
            ? `${pod.ref} has failed; ${warning === undefined ? 'the reason is unknown' : `the last warning is: ${said(warning)}`}`
            : `${pod.ref} has not been ready for ${unreadyFor}; ${warning === undefined ? `the reason is unknown (${stage})` : `the last warning is: ${said(warning)}`}`,
        group:
          warning === undefined
            ? `not ready, for an unknown reason (${stage})`
            : `not ready: ${said(warning)}`,
        evidence: [
          ...(warning === undefined ? [] : [pod.events.fact(warning)]),
          pod.fact('status.phase', phase),
          ...(ready === undefined ? [] : [ready.fact]),
        ],
        // If no rule matches, the message is quoted: something is certainly wrong.
        certain: warning !== undefined || phase === 'Failed',
        confidence: warning === undefined ? 'unknown' : 'low',
        next: [
          look('See the result of the next attempt', pod.describe()),
          ...(pod.owner === undefined
            ? []
            : [
                change(
                  'Or delete it: its owner creates another, with new events',
                  pod.kubectl('delete', 'pod', pod.name),
                  'delete pods',
                ),
              ]),
        ],
      };
    },
  }),
];

/** Whether a container runs, but not yet as long as its probes allow. */
function isStarting({ isRunning, uptime = 0, spec }: ContainerView): boolean {
  return isRunning && uptime < Math.max(PATIENCE, probeWindow(spec.startupProbe ?? spec.readinessProbe));
}

/** A pull of less than a minute, or a running init container, is not a problem yet. */
function isStillPreparing(pod: Parameters<(typeof UNKNOWN_RULES)[number]['find']>[0]): boolean {
  if (pod.containers.some(({ kind, isRunning }) => kind === 'init' && isRunning)) return true;
  const pulling = pod.events.find('Pulling');
  return pod.isWaitingForNode && pulling !== undefined && pod.now - pulling.last < 60_000;
}
