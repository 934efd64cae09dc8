import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector, OwnerReference } from 'kubernetes-types/meta/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { TargetKind, TargetWord } from './parse-target.ts';
import type { Notice } from '../model/plan.ts';

/** The used fields of a workload: any kind of `parseTarget` besides Pod and Node. */
export interface Workload {
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    ownerReferences?: OwnerReference[];
    creationTimestamp?: string;
  };
  spec?: { selector?: LabelSelector | Record<string, string> };
}

/** Kinds whose selector is a plain map of labels. */
const PLAIN_SELECTOR: readonly TargetKind[] = ['Service', 'ReplicationController'];

/** Kinds that own their pods directly; a Deployment's belong to its ReplicaSets, a Service owns none. */
const OWNS_PODS: readonly TargetKind[] = [
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'ReplicationController',
];

/**
 * The `labelSelector` query that lists a workload's pods. For a CronJob pass the Job from `latestJob`. Throws DbgError
 * (notFound) for a workload that selects no pods, such as a Service of type ExternalName.
 */
export function podSelector(kind: TargetKind, workload: Workload): string {
  const selector = workload.spec?.selector ?? {};
  const query = PLAIN_SELECTOR.includes(kind)
    ? selectorQuery({ matchLabels: selector as Record<string, string> })
    : selectorQuery(selector);
  if (query !== '') return query;
  const name = workload.metadata?.name ?? '';
  throw new DbgError('notFound', 'WorkloadSelectsNoPods', `${kind} ${name} selects no pods`, { kind, name });
}

/** A label selector in the format of the query parameter. */
function selectorQuery({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}

/** The newest Job of a CronJob among `jobs`; throws DbgError (notFound) if it has none. */
export function latestJob<J extends Workload>(cronJob: Workload, jobs: readonly J[]): J {
  const own = jobs.filter((job) => ownedBy(job.metadata?.ownerReferences, cronJob));
  const [latest] = own.sort((a, b) => created(b).localeCompare(created(a)));
  if (latest !== undefined) return latest;
  const { name = '', namespace = '' } = cronJob.metadata ?? {};
  throw new DbgError('notFound', 'CronJobWithoutJob', `CronJob ${name} has no Job at the moment`, {
    namespace,
    name,
  });
}

function created(workload: Workload): string {
  return workload.metadata?.creationTimestamp ?? '';
}

function ownedBy(owners: readonly OwnerReference[] | undefined, workload: Workload): boolean {
  return (owners ?? []).some(({ uid }) => uid === workload.metadata?.uid);
}

/** The pod selected for a workload, with the message that names it. */
export interface ChosenPod {
  pod: Pod;
  notice: Notice;
}

/**
 * Selects one of a workload's pods: ready ones before running ones, and the oldest of those, which is the least likely to
 * be deleted soon. Throws DbgError (notFound) if none runs.
 */
export function choosePod(target: TargetWord, workload: Workload, pods: readonly Pod[]): ChosenPod {
  const own = OWNS_PODS.includes(target.kind)
    ? pods.filter((pod) => ownedBy(pod.metadata?.ownerReferences, workload))
    : pods;
  const running = own.filter(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === 'Running',
  );
  const [pod] = running.sort(
    (a, b) => Number(isReady(b)) - Number(isReady(a)) || age(a).localeCompare(age(b)),
  );
  if (pod === undefined) {
    const found = own.length === 0 ? 'has no pods' : `has no running pod (${own.length} in other phases)`;
    const { kind, name } = target;
    throw new DbgError('notFound', 'WorkloadWithoutRunningPod', `${kind} ${name} ${found}`, {
      kind,
      name,
      pods: own.length,
    });
  }
  const of = `${running.length === 1 ? 'the running pod' : `one of ${running.length} running pods`} of ${target.label}`;
  const readiness = isReady(pod) ? '' : ', which is not ready';
  return {
    pod,
    notice: {
      level: isReady(pod) ? 'info' : 'warning',
      code: 'pod-chosen',
      text: `Debugging pod ${pod.metadata?.name ?? ''}, ${of}${readiness}.`,
    },
  };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

function age({ metadata }: Pod): string {
  return metadata?.creationTimestamp ?? '';
}
