import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector, OwnerReference } from 'kubernetes-types/meta/v1.d.ts';
import { DbgError } from '../errors.ts';
import type { TargetKind, TargetWord } from './resolve.ts';
import type { Notice } from './types.ts';

/** What is read of a workload: any of the kinds that `resolveTarget` knows besides Pod and Node. */
export interface Workload {
  metadata?: { name?: string; uid?: string; ownerReferences?: OwnerReference[]; creationTimestamp?: string };
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
 * The `labelSelector` query that lists a workload's pods. For a CronJob give the Job that `latestJob` chose.
 * Throws DbgError (notFound) for a workload that selects no pods, such as a Service of an external name.
 */
export function podSelector(kind: TargetKind, workload: Workload): string {
  const selector = workload.spec?.selector ?? {};
  const query = PLAIN_SELECTOR.includes(kind)
    ? selectorQuery({ matchLabels: selector as Record<string, string> })
    : selectorQuery(selector);
  if (query !== '') return query;
  throw new DbgError('notFound', `${kind} ${workload.metadata?.name ?? ''} selects no pods`, {
    remedy: 'Name a pod',
  });
}

/** A label selector in the form of the query parameter. */
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
  throw new DbgError('notFound', `CronJob ${cronJob.metadata?.name ?? ''} has no job at the moment`, {
    remedy: `Start one with 'kubectl create job NAME --from=cronjob/${cronJob.metadata?.name ?? ''}'`,
  });
}

function created(workload: Workload): string {
  return workload.metadata?.creationTimestamp ?? '';
}

function ownedBy(owners: readonly OwnerReference[] | undefined, workload: Workload): boolean {
  return (owners ?? []).some(({ uid }) => uid === workload.metadata?.uid);
}

/** The pod chosen for a workload, with the line that names it. */
export interface ChosenPod {
  pod: Pod;
  notice: Notice;
}

/**
 * Chooses one of a workload's pods: a ready one before a running one, and the oldest of those, which is the least
 * likely to go away. Throws DbgError (notFound) where none runs.
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
    throw new DbgError('notFound', `${target.kind} ${target.name} ${found}`, {
      remedy: 'Debug a copy of one of its pods with --copy-to, or look at its events',
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
