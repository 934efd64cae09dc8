import type { FieldError } from '../../machinery/status-error.ts';
import { invalid, required } from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { validateLabels } from '../../machinery/object-meta.ts';
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './defaults.ts';
import {
  DAEMON_SET_COLUMNS,
  daemonSetRow,
  DEPLOYMENT_COLUMNS,
  deploymentRow,
  REPLICA_SET_COLUMNS,
  replicaSetRow,
  STATEFUL_SET_COLUMNS,
  statefulSetRow,
} from './tables.ts';
import { asWorkload } from './types.ts';
import {
  notNegative,
  validateDeploymentSpec,
  validatePodTemplate,
  validateSelectorAndTemplate,
  validateSelectorUpdate,
  validateStatefulSetUpdate,
  validateStrategy,
} from './validate.ts';
import { workloadKind } from './workload-kind.ts';

export const DEPLOYMENTS = workloadKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  default: defaultDeployment,
  validate: (object) => validateDeploymentSpec(asWorkload(object).spec),
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: DEPLOYMENT_COLUMNS,
  row: deploymentRow,
});

export const REPLICA_SETS = workloadKind({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  default: defaultReplicaSet,
  newStatus: () => ({ replicas: 0 }),
  validate: (object) => {
    const { spec } = asWorkload(object);
    return [
      ...notNegative(spec.replicas, 'spec.replicas'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateSelectorAndTemplate(spec, 'ReplicaSet'),
    ];
  },
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: REPLICA_SET_COLUMNS,
  row: replicaSetRow,
});

export const STATEFUL_SETS = workloadKind({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  default: defaultStatefulSet,
  newStatus: () => ({ replicas: 0, availableReplicas: 0 }),
  validate(object) {
    const { spec } = asWorkload(object);
    const policies = ['OrderedReady', 'Parallel'];
    const policy = spec.podManagementPolicy ?? '';
    return [
      ...(policies.includes(policy)
        ? []
        : [invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")]),
      ...(['RollingUpdate', 'OnDelete'].includes(spec.updateStrategy?.type ?? '')
        ? []
        : [
            invalid(
              'spec.updateStrategy',
              internalForm('StatefulSetUpdateStrategy', spec.updateStrategy),
              "must be 'RollingUpdate' or 'OnDelete'",
            ),
          ]),
      ...notNegative(spec.replicas, 'spec.replicas'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateSelectorAndTemplate(spec, 'StatefulSet'),
    ];
  },
  validateUpdate: (object, old) => validateStatefulSetUpdate(asWorkload(object).spec, asWorkload(old).spec),
  columns: STATEFUL_SET_COLUMNS,
  row: statefulSetRow,
});

export const DAEMON_SETS = workloadKind({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  default: defaultDaemonSet,
  newStatus: () => ({
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  }),
  validate(object) {
    const { spec } = asWorkload(object);
    return [
      ...validateSelectorAndTemplate(spec, 'DaemonSet'),
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', 'DaemonSetUpdateStrategy'),
      ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ];
  },
  validateUpdate: (object, old) =>
    validateSelectorUpdate(asWorkload(object).spec.selector, asWorkload(old).spec.selector),
  columns: DAEMON_SET_COLUMNS,
  row: daemonSetRow,
});

export const REPLICATION_CONTROLLERS = workloadKind({
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  default: defaultReplicationController,
  newStatus: () => ({ replicas: 0 }),
  validate(object) {
    const { spec } = asWorkload(object);
    const selector = (spec.selector ?? {}) as Record<string, string>;
    const labels = spec.template?.metadata?.labels ?? {};
    const errors: FieldError[] = [
      ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...(Object.keys(selector).length === 0 ? [required('spec.selector')] : []),
      ...validateLabels(selector, 'spec.selector'),
      ...notNegative(spec.replicas, 'spec.replicas'),
    ];
    if (spec.template === undefined) return [...errors, required('spec.template')];
    if (!Object.entries(selector).every(([name, value]) => labels[name] === value)) {
      const detail = '`selector` does not match template `labels`';
      errors.push(invalid('spec.template.metadata.labels', labels, detail));
    }
    return [...errors, ...validatePodTemplate(spec.template, 'spec.template')];
  },
  columns: REPLICA_SET_COLUMNS,
  row: replicaSetRow,
  fieldSelectors: {
    'status.replicas': (object) => `${(asWorkload(object).status as { replicas?: number }).replicas ?? 0}`,
  },
});
