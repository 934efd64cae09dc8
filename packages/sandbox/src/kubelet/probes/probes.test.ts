import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Probe } from 'kubernetes-types/core/v1.d.ts';
import type { PodObject } from '../types.ts';
import { noRunc, testNode } from '../testing/test-node.ts';

const skip = noRunc ?? false;
const sleep = ['sleep', '3600'];
const ready = (pod: PodObject | undefined): boolean => pod?.status?.containerStatuses?.[0]?.ready ?? false;

// Each test has its own node and mostly waits.
describe('probes and hooks', { concurrency: 3 }, () => {
  test('readiness follows its probe, with an Event for each failure', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      command: ['sh', '-c', 'sleep 1; touch /tmp/ok; sleep 2; rm /tmp/ok; sleep 3600'],
      readinessProbe: { exec: { command: ['cat', '/tmp/ok'] }, periodSeconds: 1, failureThreshold: 1 },
    });
    await node.until('p', ready);
    const pod = await node.until('p', (now) => !ready(now));
    const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
    assert.equal(condition?.message, 'containers with unready status: [main]');
    const unhealthy = node.events('p').find(({ reason }) => reason === 'Unhealthy');
    assert.equal(
      unhealthy?.message,
      "Readiness probe failed: cat: can't open '/tmp/ok': No such file or directory\n",
    );
  });

  test('an HTTP liveness probe kills a service that reports a failure', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      image: 'example.com/distroless/http-service:v1',
      readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, timeoutSeconds: 5 },
      livenessProbe: {
        tcpSocket: { port: 1 },
        periodSeconds: 1,
        failureThreshold: 2,
        initialDelaySeconds: 2,
      },
    });
    await node.until('p', ready);
    await node.until('p', (pod) => pod?.status?.containerStatuses?.[0]?.restartCount === 1);
    const messages = node.events('p').map(({ message }) => message ?? '');
    assert.equal(messages.includes('Container main failed liveness probe, will be restarted'), true);
    assert.ok(
      messages.some((message) =>
        /^Liveness probe failed: dial tcp 10\.85\.\d+\.\d+:1: connect: connection refused$/.test(message),
      ),
    );
  });

  test(
    'a container killed by its probe is restarted at once, the second time with back-off',
    { skip },
    async (t) => {
      const node = await testNode(t, { backOffMs: 60_000 });
      node.create(
        'p',
        {
          command: sleep,
          livenessProbe: {
            exec: { command: ['false'] },
            periodSeconds: 1,
            failureThreshold: 1,
            terminationGracePeriodSeconds: 1,
          },
        },
        { terminationGracePeriodSeconds: 3600 },
      );
      const pod = await node.until(
        'p',
        (now) => now?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
      );
      assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 2);
      assert.deepEqual(
        node.states('p', 'main').filter((state) => state !== 'ContainerCreating'),
        ['running', 'CrashLoopBackOff'],
      );
    },
  );

  const failures: [what: string, probe: Probe, expected: RegExp][] = [
    [
      'a missing command',
      { exec: { command: ['nosuch'] } },
      /^Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH$/,
    ],
    [
      'a timeout',
      { exec: { command: ['sleep', '5'] } },
      /^Liveness probe failed: command timed out: "sleep 5" timed out after 1s$/,
    ],
    [
      'a refused connection',
      { httpGet: { path: '/x', port: 81 } },
      /^Liveness probe failed: Get "http:\/\/[\d.]+:81\/x": dial tcp [\d.]+:81: connect: connection refused$/,
    ],
  ];
  for (const [what, probe, expected] of failures) {
    test(`a probe with ${what}`, { skip }, async (t) => {
      const node = await testNode(t);
      const livenessProbe = { ...probe, periodSeconds: 1, failureThreshold: 1 };
      node.create('p', { command: sleep, livenessProbe }, { restartPolicy: 'Never' });
      const eventMessage = (): string | undefined =>
        node.events('p').find(({ reason }) => reason === 'Unhealthy')?.message;
      // Only a probe that was executed kills the container.
      if (what !== 'a missing command') {
        const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
        assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
        const killing = node.events('p').find(({ reason }) => reason === 'Killing');
        assert.equal(killing?.message, 'Container main failed liveness probe');
      } else {
        await node.until('p', ready);
        while (eventMessage() === undefined) await delay(50);
        await delay(50);
        assert.equal(ready(node.pod('p')), true);
      }
      assert.match(eventMessage() ?? '', expected);
    });
  }

  test('a container is not ready before its startup probe succeeds', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      command: ['sh', '-c', 'sleep 1; touch /tmp/up; sleep 3600'],
      startupProbe: { exec: { command: ['test', '-e', '/tmp/up'] }, periodSeconds: 1 },
    });
    const early = await node.until(
      'p',
      (pod) => pod?.status?.containerStatuses?.[0]?.state?.running !== undefined,
    );
    assert.equal(early.status?.containerStatuses?.[0]?.started, false);
    const late = await node.until('p', ready);
    assert.equal(late.status?.containerStatuses?.[0]?.started, true);
  });

  test('a failed postStart hook kills the container', { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      { command: sleep, lifecycle: { postStart: { exec: { command: ['sh', '-c', 'exit 2'] } } } },
      { restartPolicy: 'Never' },
    );
    const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 137);
    assert.deepEqual(
      node
        .events('p')
        .slice(-2)
        .map(({ reason, message }) => [reason, message]),
      [
        ['FailedPostStartHook', 'PostStartHook failed'],
        ['Killing', 'FailedPostStartHook'],
      ],
    );
  });

  test('a preStop hook runs before the signal', { skip }, async (t) => {
    const node = await testNode(t);
    const shared = [{ name: 'h', mountPath: '/h' }];
    node.create(
      'p',
      {
        command: ['sh', '-c', 'trap "cat /h/said; exit 0" TERM; sleep 3600 & wait'],
        volumeMounts: shared,
        lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 0.3; echo bye > /h/said'] } } },
      },
      { volumes: [{ name: 'h', emptyDir: {} }] },
    );
    await node.until('p', ready);
    const chunks: string[] = [];
    const attached = await node.agent.attach('default', 'p', 'main', {
      stdin: false,
      stdout: true,
      stderr: false,
      tty: false,
    });
    attached.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    node.remove('p', 10);
    await node.until('p', (pod) => pod === undefined);
    assert.equal(chunks.join(''), 'bye\n');
  });
});
