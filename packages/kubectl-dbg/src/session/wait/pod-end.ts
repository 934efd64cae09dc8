import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Failure } from '../../model/failure.ts';
import type { FactsOf } from '../../model/failures/index.ts';
import type { Workflow } from '../../model/plan.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Label of node pods, kubectl's and ours (see plan/node.ts). */
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** The workflow that created the container, as far as the pod shows it. */
export function workflowOf(pod: Pod, container: string): Workflow {
  if (pod.spec?.ephemeralContainers?.some(({ name }) => name === container) === true) return 'ephemeral';
  return pod.metadata?.labels?.[MANAGED_BY] === 'kubectl-debug' ? 'node' : 'copy';
}

/** The end of a deleted pod. */
export function wasDeleted(pod: string): Diagnosis {
  const failure: Failure = { code: 'PodDeleted', facts: { pod } };
  return { reason: 'Deleted', message: `pod ${pod} was deleted`, failure };
}

/**
 * Checks the pod as a whole: a pod that has terminated, was rejected or is being deleted will never start a container.
 */
export function diagnosePod(pod: Pod, workflow: Workflow): Diagnosis | undefined {
  const name = pod.metadata?.name ?? '';
  const { phase, reason, message } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') {
    return {
      reason: reason ?? phase,
      message: `pod ${name} has ended (${phase})${message === undefined ? '' : `: ${message}`}; no container starts in it any more`,
      failure: {
        code: 'PodUnusable',
        facts: { pod: name, node: pod.spec?.nodeName ?? '', workflow, helps: helpsAfter(reason) },
      },
    };
  }
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return {
      reason: 'Deleted',
      message: `pod ${name} is being deleted; no container starts in it any more`,
      failure: { code: 'PodDeleted', facts: { pod: name } },
    };
  }
  if (reason === 'NodeLost') {
    const node = pod.spec?.nodeName ?? '';
    return {
      reason,
      message: `the node ${node} of pod ${name} does not answer: nothing starts on it`,
      failure: { code: 'PodUnusable', facts: { pod: name, node, workflow, helps: 'another-node' } },
    };
  }
  return undefined;
}

type Helps = FactsOf<'PodUnusable'>['helps'];

/**
 * Reasons for which a kubelet removes or rejects a pod, and what a replacement needs. Source: pkg/kubelet (lifecycle,
 * eviction, nodeshutdown).
 */
const HELPS: Readonly<Record<string, Helps>> = {
  UnexpectedAdmissionError: 'less',
  Evicted: 'less',
  NodeAffinity: 'another-node',
  NodeSelectorMismatching: 'another-node',
  TopologyAffinityError: 'another-node',
  PodOSNotSupported: 'another-node',
  PodOSSelectorNodeLabelDoesNotMatch: 'another-node',
  PodFeatureUnsupported: 'another-node',
  AppArmor: 'another-node',
  SysctlForbidden: 'another-node',
  SupplementalGroupsPolicyNotSupported: 'another-node',
  InvalidNodeInfo: 'another-node',
  Preempting: 'another-node',
  Preempted: 'another-node',
  NodeShutdown: 'another-node',
  Terminated: 'another-node',
  Shutdown: 'another-node',
  NodeLost: 'another-node',
};

function helpsAfter(reason = ''): Helps {
  if (reason.startsWith('OutOf')) return 'less';
  return Object.hasOwn(HELPS, reason) ? (HELPS[reason] ?? 'a-copy') : 'a-copy';
}
