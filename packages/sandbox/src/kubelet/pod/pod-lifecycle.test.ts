import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodObject } from '../types.ts';
import { noLimits, noRunc, testNode } from '../testing/test-node.ts';

const skip = noRunc ?? false;
const sleep = ['sleep', '3600'];
const isReady = (pod: PodObject | undefined): boolean =>
  pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
const condition = (pod: PodObject, name: string): string | undefined =>
  pod.status?.conditions?.find(({ type }) => type === name)?.status;
const waiting = (pod: PodObject | undefined, reason: string): boolean =>
  pod?.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;

// Each test has its own node and mostly waits.
describe('pod lifecycle', { concurrency: 3 }, () => {
  test('a new pod goes from Pending via a ready sandbox to Running', { skip }, async (t) => {
    const node = await testNode(t);
    const steps: string[] = [];
    node.store.subscribe<PodObject>('pods', ({ object }) => {
      steps.push(
        [
          object.status?.phase,
          condition(object, 'PodReadyToStartContainers'),
          condition(object, 'Ready'),
          object.status?.podIP === undefined ? 'no address' : 'address',
        ].join(' '),
      );
    });
    node.create('p', { command: sleep });
    const pod = await node.until('p', isReady);
    assert.deepEqual(steps, [
      'Pending   no address',
      'Pending False False no address',
      'Pending True False no address',
      'Running True True address',
    ]);
    const [status] = pod.status?.containerStatuses ?? [];
    assert.match(status?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
    assert.equal(status?.image, 'docker.io/library/busybox:1.38');
    assert.match(status?.imageID ?? '', /^docker\.io\/library\/busybox@sha256:[0-9a-f]{64}$/);
    assert.deepEqual(status?.user, { linux: { uid: 0, gid: 0, supplementalGroups: [0] } });
    assert.equal(status?.started, true);
    assert.deepEqual(
      node.events('p').map(({ reason, message, count }) => [reason, message, count]),
      [
        [
          'Pulled',
          'Container image "busybox:1.38" already present on machine and can be accessed by the pod',
          1,
        ],
        ['Created', 'Container created', 1],
        ['Started', 'Container started', 1],
      ],
    );
  });

  for (const [command, phase, reason, conditionReason] of [
    ['true', 'Succeeded', 'Completed', 'PodCompleted'],
    ['false', 'Failed', 'Error', 'PodFailed'],
  ] as const) {
    test(`a run-once pod with the command ${command} ends as ${phase}`, { skip }, async (t) => {
      const node = await testNode(t);
      const phases = new Set<string | undefined>();
      node.store.subscribe<PodObject>('pods', ({ object }) => phases.add(object.status?.phase));
      node.create('p', { command: [command] }, { restartPolicy: 'Never' });
      const pod = await node.until('p', (now) => now?.status?.phase === phase);
      assert.deepEqual([...phases], ['Pending', 'Running', phase]);
      assert.deepEqual(node.states('p', 'main'), ['ContainerCreating', 'running', reason]);
      assert.equal(condition(pod, 'PodReadyToStartContainers'), 'False');
      const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.equal(ready?.reason, conditionReason);
    });
  }

  test('a crashing container is restarted at once, then with growing back-off', { skip }, async (t) => {
    // Long enough to be observed on a busy machine.
    const node = await testNode(t, { backOffMs: 4_000 });
    node.create('p', { command: ['sh', '-c', 'echo run; exit 1'] });
    const pausing = (restarts: number) => (now: PodObject | undefined) =>
      waiting(now, 'CrashLoopBackOff') && now?.status?.containerStatuses?.[0]?.restartCount === restarts;
    const first = await node.until('p', pausing(1));
    const pod = await node.until('p', pausing(2));
    const messages = [first, pod].map(
      (now) => now.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
    );
    assert.match(
      messages[0] ?? '',
      /^back-off 4s restarting failed container=main pod=p_default\([0-9a-f-]+\)$/,
    );
    assert.match(messages[1] ?? '', /^back-off 8s restarting /);
    const [status] = pod.status?.containerStatuses ?? [];
    assert.equal(status?.lastState?.terminated?.exitCode, 1);
    assert.deepEqual(node.states('p', 'main').slice(0, 7), [
      'ContainerCreating',
      'running',
      'Error',
      'running',
      'Error',
      'CrashLoopBackOff',
      'running',
    ]);
    const backOff = node.events('p').find(({ reason }) => reason === 'BackOff');
    assert.match(backOff?.message ?? '', /^Back-off restarting failed container main in pod p_default\(/);
    assert.equal(await node.logs('p', 'main', { previous: true }), 'run\n');
  });

  test('a missing image is ErrImagePull, then ImagePullBackOff', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { image: 'nosuch:v1' });
    await node.until('p', (pod) => waiting(pod, 'ImagePullBackOff'));
    assert.deepEqual(node.states('p', 'main'), ['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
    const events = node.events('p').map(({ reason, message }) => `${reason}: ${message}`);
    for (const expected of [
      'Pulling: Pulling image "nosuch:v1"',
      'Failed: Failed to pull image "nosuch:v1": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nosuch:v1": failed to resolve image: docker.io/library/nosuch:v1: not found',
      'Failed: Error: ErrImagePull',
      'BackOff: Back-off pulling image "nosuch:v1"',
      'Failed: Error: ImagePullBackOff',
    ]) {
      assert.ok(events.includes(expected), expected);
    }
    await assert.rejects(node.logs('p', 'main'), { status: 400 });
  });

  test(
    'a command that is not in the image is a RunContainerError, with StartError in lastState',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { command: ['/no/such/binary'] });
      const pod = await node.until('p', (now) => waiting(now, 'RunContainerError'));
      const last = pod.status?.containerStatuses?.[0]?.lastState?.terminated;
      assert.equal(last?.exitCode, 128);
      assert.equal(last?.reason, 'StartError');
      assert.equal(last?.startedAt, '1970-01-01T00:00:00Z');
      assert.match(last?.message ?? '', /exec: "\/no\/such\/binary": stat \/no\/such\/binary: no such file/);
      assert.equal(await node.logs('p', 'main'), '');
    },
  );

  test('a container over its memory limit is OOMKilled', { skip: noLimits ?? false }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      {
        command: ['sh', '-c', 'a=x; while :; do a=$a$a; done'],
        resources: { limits: { memory: '16Mi' }, requests: { memory: '16Mi' } },
      },
      { restartPolicy: 'Never' },
    );
    const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
    const ended = pod.status?.containerStatuses?.[0]?.state?.terminated;
    assert.equal(ended?.reason, 'OOMKilled');
    assert.equal(ended?.exitCode, 137);
    assert.deepEqual(pod.status?.resources, { limits: { memory: '16Mi' }, requests: { memory: '16Mi' } });
  });

  for (const [what, script, pod, expected] of [
    ['a child, and the container succeeds', 'tail /dev/zero & wait; exit 0', {}, [0, 'OOMKilled']],
    ['a child, and the container fails', 'tail /dev/zero; exit 3', {}, [3, 'OOMKilled']],
    [
      "a child in the node's process namespace, and another holds the output",
      'sleep 3600 & tail /dev/zero; exit 0',
      { hostPID: true },
      [0, 'OOMKilled'],
    ],
    [
      'nothing, although the limit was reached by files, and the container is killed otherwise',
      'dd if=/dev/zero of=/tmp/file bs=1M count=40 2>/dev/null; kill -9 $$$$',
      { shareProcessNamespace: true },
      [137, 'Error'],
    ],
  ] as const) {
    test(`the memory limit kills ${what}`, { skip: noLimits ?? false }, async (t) => {
      const node = await testNode(t);
      const resources = { limits: { memory: '20Mi' }, requests: { memory: '20Mi' } };
      node.create('p', { command: ['sh', '-c', script], resources }, { restartPolicy: 'Never', ...pod });
      const ended = await node.until('p', (now) => /^(Succeeded|Failed)$/.test(now?.status?.phase ?? ''));
      const state = ended.status?.containerStatuses?.[0]?.state?.terminated;
      assert.deepEqual([state?.exitCode, state?.reason], expected);
    });
  }

  test('deletion kills the process after its grace period, then removes the object', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('polite', { command: ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'] });
    node.create('stubborn', { command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'] });
    await Promise.all(['polite', 'stubborn'].map(async (name) => node.until(name, isReady)));
    const ends = Promise.all(
      ['polite', 'stubborn'].map(async (name) => {
        const pod = await node.until(
          name,
          (now) => now?.status?.phase === 'Succeeded' || now?.status?.phase === 'Failed',
        );
        return pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
      }),
    );
    const begin = performance.now();
    node.remove('polite', 30);
    node.remove('stubborn', 1);
    assert.deepEqual(await ends, [0, 137]);
    await Promise.all(
      ['polite', 'stubborn'].map(async (name) => node.until(name, (pod) => pod === undefined)),
    );
    const took = performance.now() - begin;
    assert.ok(took > 900 && took < 10_000, `took ${took} ms`);
    assert.ok(
      node
        .events('polite')
        .some(({ reason, message }) => reason === 'Killing' && message === 'Stopping container main'),
    );
  });

  test('a pod past its deadline fails with DeadlineExceeded', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: sleep }, { activeDeadlineSeconds: 1 });
    const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
    assert.equal(pod.status?.reason, 'DeadlineExceeded');
    assert.equal(pod.status?.message, 'Pod was active on the node longer than the specified deadline');
  });

  test('a change of the image restarts the container', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: sleep });
    await node.until('p', isReady);
    node.change('p', (pod) => {
      Object.assign(pod.spec.containers[0] ?? {}, { image: 'busybox:latest' });
    });
    const pod = await node.until('p', (now) => now?.status?.containerStatuses?.[0]?.restartCount === 1);
    assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 137);
    const killing = node.events('p').find(({ reason }) => reason === 'Killing');
    assert.equal(killing?.message, 'Container main definition changed, will be restarted');
  });

  test(
    'init containers run in order, a sidecar keeps running, then the regular containers start',
    { skip },
    async (t) => {
      const node = await testNode(t);
      const shared = [{ name: 'd', mountPath: '/d' }];
      node.create(
        'p',
        { command: sleep, volumeMounts: shared },
        {
          initContainers: [
            { name: 'one', command: ['sh', '-c', 'echo one >> /d/order'], volumeMounts: shared },
            { name: 'side', command: ['sleep', '3600'], restartPolicy: 'Always' },
            { name: 'two', command: ['sh', '-c', 'echo two >> /d/order'], volumeMounts: shared },
          ],
          volumes: [{ name: 'd', emptyDir: {} }],
        },
      );
      const pod = await node.until('p', isReady);
      const { output } = await node.exec('p', 'main', ['cat', '/d/order']);
      assert.equal(output, 'one\ntwo\n');
      const [one, side, two] = pod.status?.initContainerStatuses ?? [];
      assert.equal(one?.state?.terminated?.reason, 'Completed');
      assert.notEqual(side?.state?.running, undefined);
      assert.equal(side?.started, true);
      assert.equal(two?.ready, true);
      assert.deepEqual(node.states('p', 'main'), ['PodInitializing', 'running']);
    },
  );
});
