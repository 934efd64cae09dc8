import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { formatSelector } from '../../machinery/selectors/label-selector.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from '../tables/age.ts';
import { AGE, column, NAME, wide } from '../tables/columns.ts';
import { asWorkload, type PodTemplate } from './types.ts';

export const CONTAINERS = wide('Containers', 'Names of each container in the template.');
export const IMAGES = wide('Images', 'Images referenced by each container in the template.');

export function podsOf(template: PodTemplate | undefined): [string, string] {
  const containers = template?.spec?.containers ?? [];
  return [
    containers.map((container) => container.name).join(','),
    containers.map((container) => container.image ?? '').join(','),
  ];
}

export function age(object: KubeObject, now: Date): string {
  return ageOf(object.metadata.creationTimestamp, now);
}

function numberOf(object: KubeObject, field: string): number {
  const value = (object['status'] as Readonly<Record<string, unknown>> | undefined)?.[field];
  return typeof value === 'number' ? value : 0;
}

export const DEPLOYMENT_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Ready', 'Number of the pod with ready state'),
  column(
    'Up-to-date',
    'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
  ),
  column(
    'Available',
    'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
  ),
];

export function deploymentRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  return {
    cells: [
      metadata.name ?? '',
      `${numberOf(object, 'readyReplicas')}/${spec.replicas ?? 0}`,
      numberOf(object, 'updatedReplicas'),
      numberOf(object, 'availableReplicas'),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(spec.selector),
    ],
  };
}

export const REPLICA_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Desired',
    'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    'integer',
  ),
  column(
    'Current',
    'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
    'integer',
  ),
  column(
    'Ready',
    'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
    'integer',
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
  ),
];

/** For ReplicaSets and ReplicationControllers. */
export function replicaSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata, kind } = asWorkload(object);
  const selector: unknown = spec.selector;
  return {
    cells: [
      metadata.name ?? '',
      spec.replicas ?? 0,
      numberOf(object, 'replicas'),
      numberOf(object, 'readyReplicas'),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(
        kind === 'ReplicationController'
          ? ({ matchLabels: selector } as LabelSelector)
          : (selector as LabelSelector | undefined),
      ),
    ],
  };
}

export const STATEFUL_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Ready', 'Number of the pod with ready state'),
  AGE,
  CONTAINERS,
  IMAGES,
];

export function statefulSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  const ready = `${numberOf(object, 'readyReplicas')}/${spec.replicas ?? 0}`;
  return { cells: [metadata.name ?? '', ready, age(object, now), ...podsOf(spec.template)] };
}

export const DAEMON_SET_COLUMNS: readonly TableColumn[] = [
  NAME,
  column(
    'Desired',
    'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
    'integer',
  ),
  column(
    'Current',
    'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
    'integer',
  ),
  column(
    'Ready',
    'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
    'integer',
  ),
  column('Up-to-date', 'The total number of nodes that are running updated daemon pod', 'integer'),
  column(
    'Available',
    'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
    'integer',
  ),
  column(
    'Node Selector',
    "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
  ),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(
    'Selector',
    "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
  ),
];

export function daemonSetRow(object: KubeObject, now: Date): TableRow {
  const { spec, metadata } = asWorkload(object);
  const nodes = spec.template?.spec?.nodeSelector;
  return {
    cells: [
      metadata.name ?? '',
      numberOf(object, 'desiredNumberScheduled'),
      numberOf(object, 'currentNumberScheduled'),
      numberOf(object, 'numberReady'),
      numberOf(object, 'updatedNumberScheduled'),
      numberOf(object, 'numberAvailable'),
      formatSelector(nodes === undefined ? undefined : { matchLabels: nodes }),
      age(object, now),
      ...podsOf(spec.template),
      formatSelector(spec.selector),
    ],
  };
}
