import { change, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE, since, span } from '../time.ts';
import type { WorkloadView } from '../view/workload-view.ts';

/** Pods of the newest revision of a Deployment. */
function newestPods(view: WorkloadView): string {
  const revision = (child: WorkloadView) =>
    Number(child.object.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const [newest] = view.children.toSorted((a, b) => revision(b) - revision(a));
  return newest?.pods.find(({ isReady }) => !isReady)?.name ?? newest?.pods[0]?.name ?? '';
}

/** Conditions of a Job that gave up. */
const GAVE_UP: Readonly<Record<string, string>> = {
  BackoffLimitExceeded: 'its pods failed more often than backoffLimit allows',
  DeadlineExceeded: 'its activeDeadlineSeconds passed',
  PodFailurePolicy: 'its podFailurePolicy stopped it',
  MaxFailedIndexesExceeded: 'too many of its indexes failed',
  FailedIndexes: 'some of its indexes failed',
};

export const WORKLOAD_RULES: readonly Rule<'workload'>[] = [
  rule('workload', {
    id: 'O12',
    level: 0,
    name: 'Scaled to zero, paused or suspended',
    shows: 'spec.replicas is 0, spec.paused or a Job’s spec.suspend is true.',
    explain:
      'A user or an autoscaler has set this: no pods, or no rollout, for now. It is not a fault; the managedFields of the object show who set it and when.',
    severity: 'note',
    find(view) {
      const { spec } = view.loose;
      if (view.kind === 'CronJob') return undefined;
      if (spec?.replicas === 0) {
        if (view.kind === 'ReplicaSet') return undefined;
        return {
          title: `${view.ref} is scaled to 0 replicas`,
          evidence: [view.fact('spec.replicas', 0)],
          next: [change('Scale it up', view.kubectl('scale', view.ref, '--replicas=1'), 'patch its scale')],
        };
      }
      if (spec?.paused === true) {
        return {
          title: `The rollout of ${view.ref} is paused`,
          evidence: [view.fact('spec.paused', 'true')],
          next: [change('Resume it', view.kubectl('rollout', 'resume', view.ref), 'patch it')],
        };
      }
      if (spec?.suspend !== true) return undefined;
      return {
        title: `${view.ref} is suspended: no pods are created`,
        evidence: [view.fact('spec.suspend', 'true')],
        next: [
          change(
            'Resume it',
            view.kubectl('patch', view.ref, '-p', '{"spec":{"suspend":false}}'),
            'patch it',
          ),
        ],
      };
    },
  }),
  rule('workload', {
    id: 'O13',
    level: 0,
    name: 'No controller acts on it',
    yieldsTo: ['O1', 'O2', 'O3'],
    shows:
      'status.observedGeneration has been behind metadata.generation for more than a minute, without events.',
    explain:
      'The controller of this kind has not observed the current object. The controller manager is down or far behind; contact the administrators.',
    find(view) {
      if (view.isObserved || view.kind === 'Job' || view.kind === 'CronJob') return undefined;
      if (view.age < MINUTE || view.events.all.length > 0) return undefined;
      return {
        title: `No controller has acted on the current state of ${view.ref}`,
        evidence: [
          view.fact('metadata.generation', view.object.metadata?.generation ?? 0),
          view.fact('status.observedGeneration', view.loose.status?.observedGeneration ?? 'absent'),
        ],
        next: [look('Ask the administrators whether the controller manager is running')],
        confidence: 'inferred',
      };
    },
  }),
  rule('workload', {
    id: 'O14',
    level: 0,
    name: 'A StatefulSet waits for a lower pod',
    shows: 'Pod N is absent while pod N-1 is not ready, and podManagementPolicy is OrderedReady.',
    explain:
      'A StatefulSet creates its pods in order, and continues only when the previous one is ready. The cause is in that pod.',
    severity: 'effect',
    find(view) {
      const { podManagementPolicy = 'OrderedReady', replicas = 1 } = view.loose.spec ?? {};
      if (view.kind !== 'StatefulSet' || podManagementPolicy !== 'OrderedReady') return undefined;
      const stuck = view.pods.find(({ isReady }) => !isReady);
      if (stuck === undefined || view.pods.length >= replicas) return undefined;
      return {
        title: `${view.ref} has ${view.pods.length} of ${replicas} pods: the next waits until ${stuck.name} is ready`,
        evidence: [view.fact('status.replicas', view.loose.status?.replicas ?? view.pods.length)],
        next: [look(`See ${stuck.name}`, stuck.describe())],
      };
    },
  }),
  rule('workload', {
    id: 'O15',
    level: 0,
    name: 'A DaemonSet matches no node',
    shows: 'status.desiredNumberScheduled is 0.',
    explain:
      'No node has the labels that the template selects, or all have taints that it does not tolerate. In some clusters this is intended.',
    severity: 'note',
    find(view) {
      if (view.kind !== 'DaemonSet' || !view.isObserved) return undefined;
      if (view.loose.status?.desiredNumberScheduled !== 0) return undefined;
      const selector = view.loose.spec?.template?.spec?.nodeSelector;
      return {
        title: `${view.ref} runs nowhere: no node matches its selector and tolerations`,
        evidence: [
          view.fact('status.desiredNumberScheduled', 0),
          ...(selector === undefined
            ? []
            : [view.fact('spec.template.spec.nodeSelector', JSON.stringify(selector))]),
        ],
        next: [
          look(
            'Compare with the labels of the nodes',
            ['get', 'nodes', '--show-labels'],
            'list nodes in the whole cluster',
          ),
        ],
      };
    },
  }),
  rule('workload', {
    id: 'O16',
    level: 0,
    name: 'A Job failed',
    shows: 'A Job has the condition Failed.',
    explain:
      'A Job retries until backoffLimit or a deadline stops it. The newest of its pods shows why they failed, if it still exists.',
    severity: 'effect',
    find(view) {
      const failed = view.kind === 'Job' ? view.condition('Failed') : undefined;
      if (failed?.status !== 'True') return undefined;
      const why = GAVE_UP[failed.reason] ?? failed.reason;
      return {
        title: `${view.ref} has failed: ${why}`,
        evidence: [failed.fact],
        next: [
          look('Read the log of its pods', view.kubectl('logs', view.ref, '--all-containers', '--tail=20')),
          change('After fixing the cause, delete and recreate it'),
        ],
      };
    },
  }),
  rule('workload', {
    id: 'O17',
    level: 0,
    name: 'A CronJob does not run',
    shows:
      'spec.suspend, or events UnparseableSchedule, UnknownTimeZone, TooManyMissedTimes, MissSchedule, JobAlreadyActive, FailedCreate.',
    explain:
      'A CronJob starts Jobs on its schedule unless it is suspended, its schedule or time zone is invalid, its last Job is still running with concurrencyPolicy Forbid, or it has missed too many start times.',
    find(view) {
      if (view.kind !== 'CronJob') return undefined;
      if (view.loose.spec?.suspend === true) {
        return {
          title: `${view.ref} is suspended: its schedule starts no Jobs`,
          evidence: [view.fact('spec.suspend', 'true')],
          severity: 'note',
          next: [
            change(
              'Resume it',
              view.kubectl('patch', view.ref, '-p', '{"spec":{"suspend":false}}'),
              'patch cronjobs',
            ),
          ],
        };
      }
      const event = view.events.find([
        'UnparseableSchedule',
        'InvalidSchedule',
        'UnknownTimeZone',
        'TooManyMissedTimes',
        'FailedCreate',
        'MissSchedule',
        'JobAlreadyActive',
      ]);
      if (event === undefined) return undefined;
      const waits = event.reason === 'JobAlreadyActive' || event.reason === 'MissSchedule';
      return {
        title: waits
          ? `${view.ref} skips a run: ${event.message}`
          : `${view.ref} cannot start a Job: ${event.message}`,
        evidence: [view.fact('spec.schedule', view.loose.spec?.schedule ?? ''), view.events.fact(event)],
        ...(waits ? { severity: 'note' as const } : {}),
        next: [
          look('List the Jobs', view.kubectl('get', 'jobs')),
          change(
            'Correct its schedule, time zone or concurrency policy',
            view.kubectl('edit', view.ref),
            'update cronjobs',
          ),
        ],
      };
    },
  }),
  rule('workload', {
    id: 'O18',
    level: 0,
    name: 'A rollout is stuck',
    shows: 'A Deployment has Progressing False with reason ProgressDeadlineExceeded.',
    explain:
      'The pods of the new version did not become ready in time. While Available is True, the old version still serves. The cause is in a pod of the new version.',
    severity: 'effect',
    find(view) {
      const progressing = view.condition('Progressing');
      if (progressing?.status !== 'False' || progressing.reason !== 'ProgressDeadlineExceeded')
        return undefined;
      const serves = view.condition('Available')?.status === 'True';
      const pod = newestPods(view);
      return {
        title: `The rollout of ${view.ref} is stuck: the new version has not become ready in time; ${serves ? 'the old one still serves' : 'no version serves'}`,
        evidence: [progressing.fact],
        next: [
          ...(pod === '' ? [] : [look('See a pod of the new version', view.kubectl('describe', 'pod', pod))]),
          change(
            'Roll back to the previous version',
            view.kubectl('rollout', 'undo', view.ref),
            'patch deployments',
          ),
        ],
      };
    },
  }),
  rule('workload', {
    id: 'U11',
    level: 11,
    name: 'Ready, but not for long enough',
    shows: 'Pods are ready, availableReplicas lags, and minReadySeconds has not passed.',
    explain: 'A pod counts as available only after it has been ready for minReadySeconds. Just wait.',
    severity: 'note',
    find(view) {
      const { minReadySeconds = 0 } = view.loose.spec ?? {};
      const { readyReplicas = 0, availableReplicas = 0 } = view.loose.status ?? {};
      if (minReadySeconds === 0 || readyReplicas <= availableReplicas) return undefined;
      const ready = view.pods.flatMap((pod) => since(pod.condition('Ready')?.since, view.now) ?? []);
      const left = minReadySeconds * 1000 - Math.min(...ready, minReadySeconds * 1000);
      return {
        title: `${view.ref}: ${readyReplicas - availableReplicas} ready pods will count as available after ${minReadySeconds}s (${span(left)} left)`,
        evidence: [
          view.fact('spec.minReadySeconds', minReadySeconds),
          view.fact('status.availableReplicas', availableReplicas),
        ],
      };
    },
  }),
];
