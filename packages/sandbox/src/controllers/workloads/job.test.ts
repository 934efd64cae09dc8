import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJobObject, JobObject, JobSpec } from '../../resources/workloads/types.ts';
import { createCluster, type TestCluster } from '../testing/cluster.ts';
import { startCronJobs } from './cron-job.ts';
import { startJobs } from './job.ts';

const TEMPLATE = {
  spec: { containers: [{ name: 'c', image: 'i:1' }], restartPolicy: 'Never' as const },
};

async function withJob(spec: JobSpec, check: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = createCluster();
  const stop = startJobs(cluster.client);
  cluster.create('batch', 'jobs', 'Job', 'j', { template: TEMPLATE, ...spec });
  await cluster.settle();
  await check(cluster);
  stop();
}

function statusOf(cluster: TestCluster): JobObject['status'] {
  return cluster.get<JobObject>('jobs.batch', 'j').status;
}

function firstPod(cluster: TestCluster): string {
  return (
    cluster.pods().find((pod) => pod.status.phase !== 'Failed' && pod.status.phase !== 'Succeeded')?.metadata
      .name ?? ''
  );
}

test('runs a pod until it has succeeded', () =>
  withJob({}, async (cluster) => {
    assert.match(firstPod(cluster), /^j-[a-z0-9]{5}$/);
    await cluster.run();
    assert.equal(statusOf(cluster).active, 1);
    assert.equal(statusOf(cluster).ready, 1);
    await cluster.end(firstPod(cluster), 'Succeeded');
    const { conditions = [], ...rest } = statusOf(cluster);
    assert.deepEqual(rest, {
      startTime: '2026-01-01T00:00:30Z',
      completionTime: '2026-01-01T00:00:30Z',
      succeeded: 1,
      terminating: 0,
      uncountedTerminatedPods: {},
      ready: 0,
    });
    assert.deepEqual(
      conditions.map(({ type, reason, message }) => [type, reason, message]),
      ['SuccessCriteriaMet', 'Complete'].map((type) => [
        type,
        'CompletionsReached',
        'Reached expected number of succeeded pods',
      ]),
    );
    assert.ok(cluster.messages().includes('Completed: Job completed'));
  }));

test('runs up to the parallelism, but no more than the remaining completions', () =>
  withJob({ parallelism: 2, completions: 3 }, async (cluster) => {
    assert.equal(cluster.pods().length, 2);
    await cluster.end(firstPod(cluster), 'Succeeded');
    assert.equal(cluster.pods().length, 3);
    await cluster.end(firstPod(cluster), 'Succeeded');
    assert.equal(cluster.pods().length, 3);
    await cluster.end(firstPod(cluster), 'Succeeded');
    assert.equal(statusOf(cluster).succeeded, 3);
  }));

test('an Indexed Job gives each pod an index, and a failed index to another pod', () =>
  withJob({ parallelism: 2, completions: 3, completionMode: 'Indexed', backoffLimit: 1 }, async (cluster) => {
    const parts = () =>
      cluster
        .pods()
        .map(({ metadata }) => metadata.labels?.['batch.kubernetes.io/job-completion-index'])
        .toSorted((a = '', b = '') => a.localeCompare(b));
    assert.deepEqual(parts(), ['0', '1']);
    const [pod] = cluster.pods();
    assert.match(pod?.metadata.name ?? '', /^j-0-[a-z0-9]{5}$/);
    assert.equal(pod?.spec.hostname, 'j-0');
    assert.equal(pod?.spec.containers?.[0]?.env?.[0]?.name, 'JOB_COMPLETION_INDEX');
    await cluster.end(firstPod(cluster), 'Succeeded');
    assert.deepEqual(parts(), ['0', '1', '2']);
    assert.equal(statusOf(cluster).completedIndexes, '0');
    await cluster.end(firstPod(cluster), 'Failed');
    assert.deepEqual(parts(), ['0', '1', '1', '2'], 'once more');
    await cluster.end(firstPod(cluster), 'Succeeded');
    await cluster.end(firstPod(cluster), 'Succeeded');
    assert.equal(statusOf(cluster).completedIndexes, '0-2');
    assert.equal(statusOf(cluster).conditions?.[1]?.type, 'Complete');
  }));

test('a failed index does not affect the others', () =>
  withJob(
    { parallelism: 3, completions: 3, completionMode: 'Indexed', backoffLimitPerIndex: 0 },
    async (cluster) => {
      await cluster.end(firstPod(cluster), 'Failed');
      assert.equal(cluster.pods().length, 3, 'no new one');
      await cluster.end(firstPod(cluster), 'Succeeded');
      assert.equal(statusOf(cluster).conditions, undefined);
      await cluster.end(firstPod(cluster), 'Succeeded');
      assert.deepEqual(
        statusOf(cluster).conditions?.map(({ type, reason }) => [type, reason]),
        [
          ['FailureTarget', 'FailedIndexes'],
          ['Failed', 'FailedIndexes'],
        ],
      );
    },
  ));

test('retries after failures, up to the backoffLimit', () =>
  withJob({ backoffLimit: 1 }, async (cluster) => {
    await cluster.end(firstPod(cluster), 'Failed');
    assert.equal(cluster.pods().length, 2);
    await cluster.end(firstPod(cluster), 'Failed');
    assert.equal(statusOf(cluster).failed, 2);
    assert.deepEqual(
      statusOf(cluster).conditions?.map(({ type, reason }) => `${type} ${reason}`),
      ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
    );
  }));

test('runs nothing while suspended', () =>
  withJob({ suspend: true }, async (cluster) => {
    assert.equal(cluster.pods().length, 0);
    assert.equal(statusOf(cluster).startTime, undefined);
  }));

test('fails at its activeDeadlineSeconds', () =>
  withJob({ activeDeadlineSeconds: 5 }, async (cluster) => {
    await cluster.run();
    cluster.clock.time += 6000;
    cluster.store.update('jobs.batch', 'a', 'j', (draft) => {
      draft.metadata.labels = { touched: 'yes' };
    });
    await cluster.settle();
    assert.equal(statusOf(cluster).conditions?.[1]?.reason, 'DeadlineExceeded');
    assert.equal(statusOf(cluster).failed, 1);
    assert.equal(cluster.pods().length, 0);
  }));

test('a CronJob creates Jobs on its schedule, and keeps a limited history', async () => {
  const cluster = createCluster();
  const stops = [startJobs(cluster.client), startCronJobs(cluster.client)];
  const spec = {
    schedule: '* * * * *',
    jobTemplate: { spec: { template: TEMPLATE } },
    successfulJobsHistoryLimit: 1,
  };
  cluster.create('batch', 'cronjobs', 'CronJob', 'cj', spec);
  await cluster.settle();
  assert.equal(cluster.store.list('jobs.batch', 'a').length, 0);
  for (let minute = 0; minute < 3; minute += 1) {
    cluster.clock.time += 60_000;
    cluster.store.update('cronjobs.batch', 'a', 'cj', (draft) => {
      draft.metadata.labels = { minute: String(minute) };
    });
    await cluster.settle();
    const jobs = cluster.store.list<JobObject>('jobs.batch', 'a');
    assert.match(jobs.at(-1)?.metadata.name ?? '', /^cj-\d+$/);
    assert.equal(cluster.get<CronJobObject>('cronjobs.batch', 'cj').status.active?.length, 1);
    await cluster.end(firstPod(cluster), 'Succeeded');
  }
  assert.equal(cluster.store.list('jobs.batch', 'a').length, 1);
  const { status } = cluster.get<CronJobObject>('cronjobs.batch', 'cj');
  assert.equal(status.lastScheduleTime, '2026-01-01T00:03:00Z');
  assert.equal(status.active, undefined);
  for (const stop of stops) stop();
});
