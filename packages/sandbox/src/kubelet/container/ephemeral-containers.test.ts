import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContainerStatus, PodObject } from '../types.ts';
import { noRunc, testNode } from '../testing/test-node.ts';

const skip = noRunc ?? false;
const sleep = ['sleep', '3600'];

function statusOf(pod: PodObject | undefined, name: string): ContainerStatus | undefined {
  return pod?.status?.ephemeralContainerStatuses?.find((status) => status.name === name);
}

const isRunning = (pod: PodObject | undefined): boolean =>
  pod?.status?.containerStatuses?.[0]?.state?.running !== undefined;

// Each test has its own node and mostly waits.
describe('ephemeral containers', { concurrency: 3 }, () => {
  test(
    "with a target it sees the target's processes and root file system, without one only itself",
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { image: 'example.com/distroless/neato:v1' });
      await node.until('p', isRunning);
      const look = ['sh', '-c', 'ps -o args | grep -c "[/]neato"; ls /proc/1/root; hostname'];
      node.addEphemeral('p', { name: 'aimed', targetContainerName: 'main', command: look });
      node.addEphemeral('p', { name: 'apart', command: look });
      for (const name of ['aimed', 'apart']) {
        await node.until('p', (pod) => statusOf(pod, name)?.state?.terminated !== undefined);
      }
      assert.equal(await node.logs('p', 'aimed'), '1\ndev\netc\nneato\nproc\nsys\np\n');
      assert.match(await node.logs('p', 'apart'), /^0\nbin\n/);
      const pod = node.pod('p');
      assert.deepEqual(
        pod.status?.ephemeralContainerStatuses?.map(({ name }) => name),
        ['aimed', 'apart'],
      );
      assert.deepEqual(
        pod.spec.ephemeralContainers?.map(({ name }) => name),
        ['apart', 'aimed'],
      );
    },
  );

  test('in a shared process namespace it sees the pause process and every container', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: ['sleep', '3601'] }, { shareProcessNamespace: true });
    await node.until('p', isRunning);
    node.addEphemeral('p', { name: 'dbg', command: ['ps', '-o', 'args'] });
    await node.until('p', (pod) => statusOf(pod, 'dbg')?.state?.terminated !== undefined);
    const lines = (await node.logs('p', 'dbg')).split('\n');
    assert.equal(lines[1], '/pause');
    assert.equal(lines.includes('sleep 3601'), true);
  });

  for (const [what, container, reason] of [
    ['a missing image', { image: 'nosuch:v9' }, 'ErrImagePull'],
    ['pull policy Never', { image: 'nosuch:v9', imagePullPolicy: 'Never' }, 'ErrImageNeverPull'],
    ['an invalid image name', { image: 'Not//An::Image' }, 'InvalidImageName'],
    [
      'runAsNonRoot with an image of root',
      { securityContext: { runAsNonRoot: true } },
      'CreateContainerConfigError',
    ],
  ] as const) {
    test(`${what}: an Event at once, the status with the next sync`, { skip }, async (t) => {
      const node = await testNode(t);
      node.create('p', { command: sleep });
      await node.until('p', isRunning);
      const reasons: string[] = [];
      node.store.subscribe('events', ({ object }) => {
        if (object['type'] === 'Warning')
          reasons.push(statusOf(node.pod('p'), 'dbg')?.state?.waiting?.reason ?? '');
      });
      node.addEphemeral('p', { name: 'dbg', ...container });
      await node.until('p', (pod) => statusOf(pod, 'dbg')?.state?.waiting?.reason === reason);
      assert.equal(reasons[0], 'ContainerCreating');
      assert.deepEqual(node.states('p', 'dbg'), ['ContainerCreating', reason]);
    });
  }

  test('after a failed start it stays waiting with RunContainerError', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: sleep });
    await node.until('p', isRunning);
    node.addEphemeral('p', { name: 'dbg', command: ['/etc'] });
    const failed = (pod: PodObject | undefined): boolean =>
      statusOf(pod, 'dbg')?.state?.waiting?.reason === 'RunContainerError';
    const pod = await node.until('p', failed);
    assert.match(statusOf(pod, 'dbg')?.state?.waiting?.message ?? '', /exec: "\/etc": is a directory$/);
    assert.equal(statusOf(pod, 'dbg')?.lastState?.terminated?.reason, 'StartError');
    // Two more syncs do not change the status, and do not start it again.
    for (let look = 0; look < 2; look += 1) {
      node.change('p', ({ metadata }) => Object.assign(metadata, { labels: { look: String(look) } }));
      await node.until('p', (now) => now?.status?.observedGeneration === now?.metadata.generation);
    }
    assert.equal(failed(node.pod('p')), true);
    assert.equal(node.events('p').filter(({ reason }) => reason === 'Failed').length, 1);
    assert.equal(await node.logs('p', 'dbg'), '');
  });

  test('a terminated target is a CreateContainerError', { skip }, async (t) => {
    const node = await testNode(t, { backOffMs: 60_000 });
    node.create('p', { command: ['false'] });
    await node.until('p', (pod) => {
      const [main] = pod?.status?.containerStatuses ?? [];
      return main?.restartCount === 1 && main.state?.terminated !== undefined;
    });
    node.addEphemeral('p', { name: 'dbg', targetContainerName: 'main', command: sleep });
    const pod = await node.until(
      'p',
      (now) => statusOf(now, 'dbg')?.state?.waiting?.reason === 'CreateContainerError',
    );
    assert.match(
      statusOf(pod, 'dbg')?.state?.waiting?.message ?? '',
      /^failed to generate container "[0-9a-f]{64}" spec: failed to generate spec opts: invalid target container: container "[0-9a-f]{64}" is not running - in state CONTAINER_EXITED$/,
    );
  });

  test('it is killed when its target restarts', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: ['sh', '-c', 'trap "exit 3" TERM; sleep 3600 & wait'] });
    await node.until('p', isRunning);
    node.addEphemeral('p', {
      name: 'dbg',
      targetContainerName: 'main',
      command: ['sh', '-c', 'sleep 0.5; kill 1; sleep 3600'],
    });
    const pod = await node.until('p', (now) => statusOf(now, 'dbg')?.state?.terminated !== undefined);
    assert.equal(statusOf(pod, 'dbg')?.state?.terminated?.exitCode, 137);
    await node.until('p', (now) => now?.status?.containerStatuses?.[0]?.restartCount === 1);
  });

  test(
    'it is killed when a run-once pod completes, and nothing is started in it afterwards',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { command: ['sleep', '1'] }, { restartPolicy: 'Never' });
      await node.until('p', isRunning);
      node.addEphemeral('p', { name: 'dbg', command: sleep });
      const pod = await node.until('p', (now) => now?.status?.phase === 'Succeeded');
      assert.equal(statusOf(pod, 'dbg')?.state?.terminated?.exitCode, 137);
      node.addEphemeral('p', { name: 'late', command: sleep });
      // Meanwhile the kubelet starts the same container in a running pod.
      node.create('q', { command: sleep });
      await node.until('q', isRunning);
      node.addEphemeral('q', { name: 'late', command: sleep });
      await node.until('q', (now) => statusOf(now, 'late')?.state?.running !== undefined);
      assert.equal(statusOf(node.pod('p'), 'late'), undefined);
      assert.equal(node.pod('p').status?.observedGeneration, 2);
    },
  );

  test(
    'its termination message falls back to its log, and its start waits for a slow registry',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { command: sleep }, { initContainers: [{ name: 'slow', command: ['sleep', '2'] }] });
      await node.until('p', (pod) => pod?.status?.initContainerStatuses?.[0]?.state?.running !== undefined);
      node.addEphemeral('p', {
        name: 'dbg',
        command: ['sh', '-c', 'for i in 1 2 3; do echo line $i; done; exit 1'],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      });
      const pod = await node.until('p', (now) => statusOf(now, 'dbg')?.state?.terminated !== undefined);
      assert.equal(statusOf(pod, 'dbg')?.state?.terminated?.message, 'line 1\nline 2\nline 3\n');
      // It does not wait for the init container.
      assert.deepEqual(node.states('p', 'dbg').slice(0, 2), ['PodInitializing', 'running']);
    },
  );
});
