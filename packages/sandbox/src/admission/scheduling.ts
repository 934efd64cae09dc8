import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../machinery/objects.ts';
import type { PodObject } from '../resources/pods/types.ts';
import type { WriteContext } from '../resources/rules.ts';
import { podRefusal } from './refusal.ts';

/** The priority classes of every cluster. */
const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};
const DEFAULT_TOLERATION_SECONDS = 300;

interface PriorityClass extends KubeObject {
  value: number;
  preemptionPolicy?: string;
  globalDefault?: boolean;
}

/** Resolves the priority class of a new pod. */
export function admitPriority(pod: PodObject, context: WriteContext): void {
  let name = pod.spec.priorityClassName ?? '';
  let value = 0;
  let policy = 'PreemptLowerPriority';
  if (name === '') {
    const classes = context.store.list<PriorityClass>('priorityclasses.scheduling.k8s.io');
    const common = classes.find((entry) => entry.globalDefault === true);
    if (common !== undefined) {
      name = common.metadata.name ?? '';
      pod.spec.priorityClassName = name;
      ({ value } = common);
      policy = common.preemptionPolicy ?? policy;
    }
  } else {
    const found = context.store.get<PriorityClass>('priorityclasses.scheduling.k8s.io', undefined, name);
    const known = found?.value ?? SYSTEM_PRIORITIES[name];
    if (known === undefined) throw podRefusal(pod, `no PriorityClass with name ${name} was found`);
    value = known;
    policy = found?.preemptionPolicy ?? policy;
  }
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    const reason = `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
    throw podRefusal(pod, reason);
  }
  pod.spec.priority = value;
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
    const reason = `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
    throw podRefusal(pod, reason);
  }
  pod.spec.preemptionPolicy = policy;
}

/** An update without a priority keeps the old one. */
export function keepPriority({ spec }: PodObject, { spec: old }: PodObject): void {
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

/** Adds the default tolerations: five minutes on a node that is not ready or unreachable. */
export function admitTolerations(pod: PodObject): void {
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerated = pod.spec.tolerations?.some(
      (toleration) =>
        (toleration.key === undefined || toleration.key === key) &&
        (toleration.effect === undefined || toleration.effect === 'NoExecute'),
    );
    if (tolerated === true) continue;
    pod.spec.tolerations = [
      ...(pod.spec.tolerations ?? []),
      { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_TOLERATION_SECONDS },
    ];
  }
}

interface RuntimeClass extends KubeObject {
  overhead?: { podFixed?: Record<string, string> };
}

/** Checks the runtime class of a new pod, and adds its overhead. */
export function admitRuntimeClass(pod: PodObject, context: WriteContext): void {
  const name = pod.spec.runtimeClassName;
  const found =
    name === undefined
      ? undefined
      : context.store.get<RuntimeClass>('runtimeclasses.node.k8s.io', undefined, name);
  if (name !== undefined && found === undefined) {
    throw podRefusal(pod, `pod rejected: RuntimeClass "${name}" not found`);
  }
  const own = pod.spec.overhead ?? {};
  const overhead = found?.overhead?.podFixed;
  if (overhead === undefined) {
    if (Object.keys(own).length === 0) return;
    const reason = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    throw podRefusal(pod, reason);
  }
  if (Object.keys(own).length > 0 && !isDeepStrictEqual(own, overhead)) {
    throw podRefusal(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  pod.spec.overhead = structuredClone(overhead);
}
