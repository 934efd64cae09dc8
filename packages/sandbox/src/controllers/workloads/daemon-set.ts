import { StatusError } from '../../machinery/status-error.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { asWorkload, type WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, PODS } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { startController } from './controller.ts';
import { fits, type NodeObject, nodeOf, tolerationsOf } from './daemon-set-node.ts';
import { resolveShare } from './int-or-percent.ts';
import {
  claimPods,
  hasEnded,
  isAvailable,
  isReady,
  isTerminating,
  podFromTemplate,
  untilAvailable,
} from './owned-pods.ts';
import { currentRevision, type TemplateRevision } from './revisions.ts';

const COMPONENT = 'daemonset-controller';
const REVISION_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

/** Maintains one pod of each DaemonSet on each node where it fits. Returns the stop function. */
export function startDaemonSets(client: ControllerClient): () => void {
  const resource = 'daemonsets.apps';
  const stop = startController({
    client,
    resource,
    kind: 'DaemonSet',
    owns: ['pods'],
    reconcile(object, requeueAfter) {
      reconcile(client, asWorkload(object), requeueAfter);
    },
    // An orphaned pod may have belonged to any DaemonSet.
    orphanOwners: (pod) => client.store.list(resource, pod.metadata.namespace),
  });
  const stopNodes = client.store.subscribe('nodes', ({ type }) => {
    if (type === 'MODIFIED') return;
    for (const set of client.store.list<KubeObject>(resource)) {
      setImmediate(() => {
        reconcile(client, asWorkload(set), () => undefined);
      });
    }
  });
  return () => {
    stop();
    stopNodes();
  };
}

function reconcile(
  client: ControllerClient,
  set: WorkloadObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const revision = currentRevision(client, set, set.spec.template);
  const nodes = client.store.list<NodeObject>('nodes').filter((node) => fits(node, set));
  const pods = claimPods(client.store, set, set.spec.selector);
  if (set.metadata.deletionTimestamp === undefined) act(client, set, nodes, pods, revision);
  const after = claimPods(client.store, set, set.spec.selector);
  writeStatus(client, set, nodes, after, revision);
  const minReady = set.spec.minReadySeconds ?? 0;
  const waits = after
    .map((pod) => untilAvailable(pod, minReady, client.now()) ?? 0)
    .filter((wait) => wait > 0);
  if (waits.length > 0) requeueAfter(Math.min(...waits));
}

function act(
  client: ControllerClient,
  set: WorkloadObject,
  nodes: readonly NodeObject[],
  pods: readonly PodObject[],
  revision: TemplateRevision,
): void {
  for (const pod of pods) {
    const misplaced = !nodes.some((node) => node.metadata.name === nodeOf(pod));
    if (!isTerminating(pod) && (hasEnded(pod) || misplaced)) removePod(client, set, pod);
  }
  for (const node of nodes) {
    const own = pods.filter((pod) => nodeOf(pod) === node.metadata.name);
    if (own.length === 0) createPod(client, set, node.metadata.name ?? '', revision);
  }
  if (set.spec.updateStrategy?.type !== 'RollingUpdate') return;
  const bound = set.spec.updateStrategy.rollingUpdate?.maxUnavailable ?? 1;
  let budget = Math.max(1, resolveShare(bound, nodes.length, true));
  const minReady = set.spec.minReadySeconds ?? 0;
  budget -= nodes.filter(
    (node) =>
      !pods.some((pod) => nodeOf(pod) === node.metadata.name && isAvailable(pod, minReady, client.now())),
  ).length;
  for (const pod of pods) {
    if (isTerminating(pod) || hasEnded(pod) || hashOf(pod) === revision.hash) continue;
    if (isAvailable(pod, minReady, client.now())) {
      if (budget <= 0) continue;
      budget -= 1;
    }
    removePod(client, set, pod);
  }
}

function hashOf(pod: PodObject): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? '';
}

function createPod(
  client: ControllerClient,
  set: WorkloadObject,
  node: string,
  revision: TemplateRevision,
): void {
  const { namespace = '' } = set.metadata;
  const annotations = (set.metadata.annotations ?? {}) as Record<string, string>;
  const pod = podFromTemplate(set.spec.template, set, {
    [REVISION_LABEL]: revision.hash,
    [GENERATION_LABEL]: annotations[GENERATION_ANNOTATION] ?? '1',
  });
  pod.spec.tolerations = tolerationsOf(set);
  const affinity = (pod.spec.affinity ??= {});
  affinity.nodeAffinity ??= {};
  affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution = {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
  };
  try {
    const created = client.create(PODS, namespace, pod);
    record(client, set, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    record(client, set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    throw error;
  }
}

function removePod(client: ControllerClient, set: WorkloadObject, pod: PodObject): void {
  client.remove(PODS, pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  record(client, set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

function record(
  client: ControllerClient,
  set: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  recordEvent(client.store, COMPONENT, set, { type, reason, message }, client.now());
}

function writeStatus(
  client: ControllerClient,
  set: WorkloadObject,
  nodes: readonly NodeObject[],
  pods: readonly PodObject[],
  revision: TemplateRevision,
): void {
  const minReady = set.spec.minReadySeconds ?? 0;
  const onNodes = nodes.map((node) =>
    pods.find((pod) => nodeOf(pod) === node.metadata.name && !hasEnded(pod)),
  );
  const placed = onNodes.filter((pod) => pod !== undefined);
  const available = placed.filter((pod) => isAvailable(pod, minReady, client.now())).length;
  const counts = {
    updatedNumberScheduled: placed.filter((pod) => hashOf(pod) === revision.hash).length,
    numberAvailable: available,
    numberUnavailable: nodes.length - available,
  };
  const { namespace, name = '' } = set.metadata;
  client.store.update<WorkloadObject>('daemonsets.apps', namespace, name, (draft) => {
    draft.status = {
      currentNumberScheduled: placed.length,
      numberMisscheduled: pods.filter(
        (pod) => !hasEnded(pod) && !nodes.some((node) => node.metadata.name === nodeOf(pod)),
      ).length,
      desiredNumberScheduled: nodes.length,
      numberReady: placed.filter(isReady).length,
      observedGeneration: set.metadata.generation ?? 0,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    };
  });
}
