import { StatusError } from '../../machinery/status-error.ts';
import { metaOf } from '../../machinery/metadata.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { asWorkload, type WorkloadObject } from '../../resources/workloads/types.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, PODS, servedResource } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { startController } from './controller.ts';
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
import { REVISION_LABEL, writeStatus } from './stateful-set-status.ts';

const COMPONENT = 'statefulset-controller';
const CLAIMS = servedResource('', 'v1', 'persistentvolumeclaims');

/** Maintains the pods of StatefulSets, each with its ordinal, in order. Returns the stop function. */
export function startStatefulSets(client: ControllerClient): () => void {
  return startController({
    client,
    resource: 'statefulsets.apps',
    kind: 'StatefulSet',
    owns: ['pods'],
    reconcile(object, requeueAfter) {
      reconcile(client, asWorkload(object), requeueAfter);
    },
  });
}

interface Replica {
  ordinal: number;
  name: string;
  pod: PodObject | undefined;
}

function reconcile(
  client: ControllerClient,
  set: WorkloadObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const revision = currentRevision(client, set, set.spec.template);
  const deleting = set.metadata.deletionTimestamp !== undefined;
  const pods = claimPods(client.store, set, set.spec.selector);
  if (!deleting) act(client, set, pods, revision);
  const after = claimPods(client.store, set, set.spec.selector);
  writeStatus(client, set, after, revision);
  const minReady = set.spec.minReadySeconds ?? 0;
  const waits = after
    .map((pod) => untilAvailable(pod, minReady, client.now()) ?? 0)
    .filter((wait) => wait > 0);
  if (waits.length > 0) requeueAfter(Math.min(...waits));
}

function ordinalOf(set: KubeObject, pod: KubeObject): number {
  const prefix = `${set.metadata.name}-`;
  const name = pod.metadata.name ?? '';
  const number = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(number) ? Number(number) : -1;
}

/** The next step: one pod at a time in order, or all at once with Parallel. */
function act(
  client: ControllerClient,
  set: WorkloadObject,
  pods: readonly PodObject[],
  revision: TemplateRevision,
): void {
  const start = set.spec.ordinals?.start ?? 0;
  const wanted: Replica[] = Array.from({ length: set.spec.replicas ?? 0 }, (_, position) => {
    const ordinal = start + position;
    return {
      ordinal,
      name: `${set.metadata.name}-${ordinal}`,
      pod: pods.find((pod) => ordinalOf(set, pod) === ordinal),
    };
  });
  const parallel = set.spec.podManagementPolicy === 'Parallel';
  for (const replica of wanted) {
    if (!settle(client, set, replica, revision) && !parallel) return;
  }
  const surplus = pods
    .filter((pod) => !wanted.some((replica) => replica.pod === pod))
    .toSorted((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  for (const pod of surplus) {
    if (!isTerminating(pod)) removePod(client, set, pod);
    if (!parallel) return;
  }
  if (set.spec.updateStrategy?.type === 'RollingUpdate') update(client, set, wanted, revision);
}

/** Ensures that one replica exists and is ready; false if it is not ready yet. */
function settle(
  client: ControllerClient,
  set: WorkloadObject,
  replica: Replica,
  revision: TemplateRevision,
): boolean {
  const { pod } = replica;
  if (pod === undefined) {
    createPod(client, set, replica, revision);
    return false;
  }
  if (isTerminating(pod)) return false;
  if (hasEnded(pod)) {
    removePod(client, set, pod);
    return false;
  }
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, client.now());
}

/** Deletes the highest outdated pod, if all others are healthy. */
function update(
  client: ControllerClient,
  set: WorkloadObject,
  wanted: readonly Replica[],
  revision: TemplateRevision,
): void {
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (const { pod, ordinal } of wanted.toReversed()) {
    if (pod === undefined || ordinal < partition) return;
    if ((pod.metadata.labels as Record<string, string>)[REVISION_LABEL] !== revision.name) {
      if (!isTerminating(pod)) removePod(client, set, pod);
      return;
    }
    if (!isReady(pod)) return;
  }
}

function createPod(
  client: ControllerClient,
  set: WorkloadObject,
  replica: Replica,
  revision: TemplateRevision,
): void {
  const { namespace = '' } = set.metadata;
  const { name, ordinal } = replica;
  createClaims(client, set, name);
  const pod = podFromTemplate(set.spec.template, set, {
    'apps.kubernetes.io/pod-index': String(ordinal),
    [REVISION_LABEL]: revision.name,
    'statefulset.kubernetes.io/pod-name': name,
  });
  metaOf(pod).name = name;
  pod.spec.hostname = name;
  if ((set.spec.serviceName ?? '') !== '') pod.spec.subdomain = set.spec.serviceName ?? '';
  for (const claim of set.spec.volumeClaimTemplates ?? []) {
    const volume = claim.metadata.name ?? '';
    const others = (pod.spec.volumes ?? []).filter((known) => known.name !== volume);
    pod.spec.volumes = [
      ...others,
      { name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } },
    ];
  }
  const what = `Pod ${name} in StatefulSet ${set.metadata.name}`;
  try {
    client.create(PODS, namespace, pod);
    record(client, set, 'Normal', 'SuccessfulCreate', `create ${what} successful`);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    record(client, set, 'Warning', 'FailedCreate', `create ${what} failed error: ${error.message}`);
    throw error;
  }
}

function createClaims(client: ControllerClient, set: WorkloadObject, pod: string): void {
  const { namespace = '' } = set.metadata;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = `${template.metadata.name}-${pod}`;
    if (client.store.get(CLAIMS.key, namespace, name) !== undefined) continue;
    client.create(CLAIMS, namespace, {
      ...template,
      metadata: { ...template.metadata, name, namespace, labels: set.spec.selector?.matchLabels ?? {} },
    });
  }
}

function removePod(client: ControllerClient, set: WorkloadObject, pod: PodObject): void {
  const { namespace = '', name = '' } = pod.metadata;
  client.remove(PODS, namespace, name);
  const message = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  record(client, set, 'Normal', 'SuccessfulDelete', message);
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
