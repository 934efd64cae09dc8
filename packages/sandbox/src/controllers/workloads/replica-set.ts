import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { selectorMatches } from '../../machinery/selectors/label-selector.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { asWorkload, type WorkloadObject } from '../../resources/workloads/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { type ControllerClient, PODS } from '../api-client.ts';
import { recordEvent } from '../events.ts';
import { startController } from './controller.ts';
import {
  claimPods,
  isActive,
  isAvailable,
  isReady,
  isTerminating,
  hasEnded,
  leastNeededFirst,
  podFromTemplate,
  untilAvailable,
} from './owned-pods.ts';

/** The differences between ReplicaSets and ReplicationControllers. */
interface Variant {
  resource: string;
  kind: string;
  component: string;
  /** Whether the status counts terminating pods. */
  countsTerminating: boolean;
  selector: (object: WorkloadObject) => LabelSelector | undefined;
}

const REPLICA_SET: Variant = {
  resource: 'replicasets.apps',
  kind: 'ReplicaSet',
  component: 'replicaset-controller',
  countsTerminating: true,
  selector: (object) => object.spec.selector,
};

const REPLICATION_CONTROLLER: Variant = {
  resource: 'replicationcontrollers',
  kind: 'ReplicationController',
  component: 'replication-controller',
  countsTerminating: false,
  selector: (object) => ({ matchLabels: object.spec.selector as unknown as Record<string, string> }),
};

/** Maintains the number of pods of each ReplicaSet and ReplicationController. Returns the stop function. */
export function startReplicaSets(client: ControllerClient): () => void {
  const stops = [REPLICA_SET, REPLICATION_CONTROLLER].map((variant) =>
    startController({
      client,
      resource: variant.resource,
      kind: variant.kind,
      owns: ['pods'],
      // By then, its Deployment has written its own status.
      delay: 2 * client.lag,
      reconcile(object, requeueAfter) {
        reconcile(client, variant, asWorkload(object), requeueAfter);
      },
      orphanOwners: (pod) =>
        client.store
          .list(variant.resource, pod.metadata.namespace)
          .filter((owner) =>
            selectorMatches(
              variant.selector(asWorkload(owner)),
              pod.metadata.labels as Record<string, string>,
            ),
          ),
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

function reconcile(
  client: ControllerClient,
  variant: Variant,
  owner: WorkloadObject,
  requeueAfter: (milliseconds: number) => void,
): void {
  const selector = variant.selector(owner);
  const pods = claimPods(client.store, owner, selector);
  const failure =
    owner.metadata.deletionTimestamp === undefined
      ? scale(client, variant, owner, pods.filter(isActive))
      : undefined;
  const after = claimPods(client.store, owner, selector);
  writeStatus(client, variant, owner, after, failure);
  const minReady = owner.spec.minReadySeconds ?? 0;
  const waits = after
    .map((pod) => untilAvailable(pod, minReady, client.now()) ?? 0)
    .filter((wait) => wait > 0);
  if (waits.length > 0) requeueAfter(Math.min(...waits));
  if (failure !== undefined) throw failure;
}

/** Creates or deletes pods to reach the requested number; returns the error if creation was refused. */
function scale(
  client: ControllerClient,
  variant: Variant,
  owner: WorkloadObject,
  active: readonly PodObject[],
): StatusError | undefined {
  const { namespace = '' } = owner.metadata;
  const missing = (owner.spec.replicas ?? 0) - active.length;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string): void => {
    recordEvent(client.store, variant.component, owner, { type, reason, message }, client.now());
  };
  for (let count = 0; count < missing; count += 1) {
    try {
      const pod = client.create(PODS, namespace, podFromTemplate(owner.spec.template, owner));
      record('Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      record('Warning', 'FailedCreate', `Error creating: ${error.message}`);
      return error;
    }
  }
  for (const pod of missing < 0 ? leastNeededFirst(active).slice(0, -missing) : []) {
    client.remove(PODS, namespace, pod.metadata.name ?? '');
    record('Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }
  return undefined;
}

interface Condition {
  type: string;
  status: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

function writeStatus(
  client: ControllerClient,
  variant: Variant,
  owner: WorkloadObject,
  pods: readonly PodObject[],
  failure: StatusError | undefined,
): void {
  const active = pods.filter(isActive);
  const labels = owner.spec.template?.metadata?.labels ?? {};
  const minReady = owner.spec.minReadySeconds ?? 0;
  const fully = active.filter((pod) =>
    selectorMatches({ matchLabels: labels }, pod.metadata.labels as Record<string, string>),
  );
  const counts = {
    fullyLabeledReplicas: fully.length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReady, client.now())).length,
  };
  const terminating = pods.filter((pod) => isTerminating(pod) && !hasEnded(pod)).length;
  const { namespace, name = '' } = owner.metadata;
  client.store.update<KubeObject>(variant.resource, namespace, name, (draft) => {
    const known = (draft['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? [];
    const conditions = failureConditions(known, failure, client.now());
    draft['status'] = {
      replicas: active.length,
      ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      ...(variant.countsTerminating ? { terminatingReplicas: terminating } : {}),
      observedGeneration: owner.metadata.generation ?? 0,
      ...(conditions.length === 0 ? {} : { conditions }),
    };
  });
}

function failureConditions(
  known: readonly Condition[],
  failure: StatusError | undefined,
  now: Date,
): Condition[] {
  const others = known.filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  const same = known.find(
    (condition) => condition.type === 'ReplicaFailure' && condition.reason === 'FailedCreate',
  );
  const condition = {
    type: 'ReplicaFailure',
    status: 'True',
    lastTransitionTime: same?.lastTransitionTime ?? timestamp(now),
    reason: 'FailedCreate',
    message: same?.message ?? failure.message,
  };
  return [...others, condition];
}
