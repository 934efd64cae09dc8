import type { ContainerStatus } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { asPod, type PodObject } from '../pods/types.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { AGE, column, NAME, orNone, wide } from './columns.ts';

export const POD_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.'),
  column('Status', 'The aggregate status of the containers in this pod.'),
  column(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
  ),
  AGE,
  wide(
    'IP',
    'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
  ),
  wide(
    'Node',
    'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
  ),
  wide(
    'Nominated Node',
    'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
  ),
  wide(
    'Readiness Gates',
    'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
  ),
];

const ENDED: Readonly<Record<string, string>> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** A pod's row in `kubectl get pods`. */
export function podRow(object: KubeObject, now: Date): TableRow {
  const pod = asPod(object);
  const summary = summarize(pod);
  const restarts =
    summary.restarts > 0 && summary.lastRestart !== ''
      ? `${summary.restarts} (${ageOf(summary.lastRestart, now)} ago)`
      : String(summary.restarts);
  const phase = pod.status.phase ?? '';
  const ended = ENDED[phase];
  return {
    cells: [
      pod.metadata.name ?? '',
      `${summary.ready}/${summary.total}`,
      summary.reason,
      restarts,
      ageOf(pod.metadata.creationTimestamp, now),
      orNone(pod.status.podIPs?.[0]?.ip),
      orNone(pod.spec.nodeName),
      orNone(pod.status.nominatedNodeName),
      gates(pod),
    ],
    ...(ended === undefined
      ? {}
      : { conditions: [{ type: 'Completed', status: 'True', reason: phase, message: ended }] }),
  };
}

interface Summary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  lastRestart: string;
}

/** A pod's state in one word, and its counts. */
function summarize(pod: PodObject): Summary {
  const { status, spec } = pod;
  const sidecars = new Set(
    (spec.initContainers ?? [])
      .filter((container) => container.restartPolicy === 'Always')
      .map((container) => container.name),
  );
  const summary: Summary = {
    ready: 0,
    total: (spec.containers ?? []).length + sidecars.size,
    reason: status.reason ?? status.phase ?? '',
    restarts: 0,
    lastRestart: '',
  };
  if (conditionIs(pod, 'PodScheduled', 'False', 'SchedulingGated')) summary.reason = 'SchedulingGated';
  const initializing = summarizeInit(pod, sidecars, summary);
  if (!initializing || conditionIs(pod, 'Initialized', 'True')) summarizeMain(pod, sidecars, summary);
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') summary.reason = 'Terminating';
  }
  return summary;
}

function conditionIs(pod: PodObject, type: string, state: string, reason?: string): boolean {
  return (pod.status.conditions ?? []).some(
    (condition) =>
      condition.type === type &&
      condition.status === state &&
      (reason === undefined || condition.reason === reason),
  );
}

/** Evaluates init containers up to the first that is not done; returns whether there is one. */
function summarizeInit(pod: PodObject, sidecars: ReadonlySet<string>, summary: Summary): boolean {
  const statuses = pod.status.initContainerStatuses ?? [];
  for (const [position, status] of statuses.entries()) {
    countRestarts(status, summary);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(status.name) && status.started === true) {
      if (status.ready) summary.ready += 1;
      continue;
    }
    if (terminated !== undefined) summary.reason = `Init:${endReason(terminated)}`;
    else if (waiting?.reason !== undefined && waiting.reason !== 'PodInitializing') {
      summary.reason = `Init:${waiting.reason}`;
    } else summary.reason = `Init:${position}/${(pod.spec.initContainers ?? []).length}`;
    return true;
  }
  return false;
}

function summarizeMain(pod: PodObject, sidecars: ReadonlySet<string>, summary: Summary): void {
  summary.restarts = 0;
  summary.lastRestart = '';
  for (const status of pod.status.initContainerStatuses ?? []) {
    if (sidecars.has(status.name)) countRestarts(status, summary);
  }
  let running = false;
  for (const status of (pod.status.containerStatuses ?? []).toReversed()) {
    countRestarts(status, summary);
    const { waiting, terminated, running: now } = status.state ?? {};
    if (waiting?.reason !== undefined) summary.reason = waiting.reason;
    else if (terminated !== undefined) summary.reason = endReason(terminated);
    else if (status.ready && now !== undefined) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.reason === 'Completed' && running) {
    summary.reason = conditionIs(pod, 'Ready', 'True') ? 'Running' : 'NotReady';
  }
}

function countRestarts(status: ContainerStatus, summary: Summary): void {
  summary.restarts += status.restartCount;
  const ended = status.lastState?.terminated?.finishedAt ?? '';
  if (ended > summary.lastRestart) summary.lastRestart = ended;
}

function endReason(terminated: { reason?: string; signal?: number; exitCode: number }): string {
  if (terminated.reason !== undefined && terminated.reason !== '') return terminated.reason;
  return (terminated.signal ?? 0) === 0 ? `ExitCode:${terminated.exitCode}` : `Signal:${terminated.signal}`;
}

function gates(pod: PodObject): string {
  const all = pod.spec.readinessGates ?? [];
  if (all.length === 0) return '<none>';
  const met = all.filter((gate) => conditionIs(pod, gate.conditionType, 'True'));
  return `${met.length}/${all.length}`;
}
