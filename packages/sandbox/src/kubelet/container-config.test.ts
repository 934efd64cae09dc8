import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodObject } from './types.ts';
import { noRunc, testNode } from './testing/test-node.ts';

const skip = noRunc ?? false;
const sleep = ['sleep', '3600'];
const isRunning = (pod: PodObject | undefined): boolean =>
  pod?.status?.containerStatuses?.[0]?.state?.running !== undefined;

const DEFAULT_CAPABILITIES = '00000000a80425fb';
const NONE = '0000000000000000';

// Each has a node of its own and mostly waits.
describe('container configuration', { concurrency: 3 }, () => {
  for (const [what, securityContext, expected] of [
    ['nothing asked for', {}, { CapEff: DEFAULT_CAPABILITIES, NoNewPrivs: '0', Seccomp: '0' }],
    [
      'a user',
      { runAsUser: 1000, runAsGroup: 3000 },
      { CapEff: NONE, CapBnd: DEFAULT_CAPABILITIES, Uid: '1000', Gid: '3000' },
    ],
    ['all dropped', { capabilities: { drop: ['ALL'] } }, { CapEff: NONE, CapBnd: NONE }],
    [
      'one added to none',
      { capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } },
      { CapEff: '0000000000080000' },
    ],
    ['no escalation', { allowPrivilegeEscalation: false }, { NoNewPrivs: '1' }],
    ['the default seccomp profile', { seccompProfile: { type: 'RuntimeDefault' } }, { Seccomp: '2' }],
  ] as const) {
    test(`security context with ${what}`, { skip }, async (t) => {
      const node = await testNode(t);
      node.create('p', { command: sleep, securityContext: structuredClone(securityContext) as never });
      await node.until('p', isRunning);
      const { output } = await node.exec('p', 'main', ['cat', '/proc/self/status']);
      for (const [field, value] of Object.entries(expected)) {
        assert.equal(new RegExp(`^${field}:\\s*(\\S+)`, 'm').exec(output)?.[1], value, field);
      }
    });
  }

  test(
    'privileged sees devices and may mount; without it neither; a read-only root refuses writes',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create(
        'p',
        { command: sleep, securityContext: { privileged: true } },
        {
          containers: [
            { name: 'plain', command: sleep },
            { name: 'fixed', command: sleep, securityContext: { readOnlyRootFilesystem: true } },
          ],
        },
      );
      await node.until('p', (pod) => pod?.status?.containerStatuses?.every(({ ready }) => ready) ?? false);
      const mount = ['mount', '-t', 'tmpfs', 'none', '/tmp'];
      assert.equal((await node.exec('p', 'main', mount)).exitCode, 0);
      assert.notEqual((await node.exec('p', 'plain', mount)).exitCode, 0);
      assert.equal((await node.exec('p', 'plain', ['touch', '/x'])).exitCode, 0);
      assert.match((await node.exec('p', 'fixed', ['touch', '/x'])).output, /Read-only file system/);
      assert.match(
        (await node.exec('p', 'plain', ['cat', '/proc/sysrq-trigger'])).output,
        /can't open|Permission|Input/,
      );
    },
  );

  test(
    'environment and arguments are expanded, from fields, config maps and secrets',
    { skip },
    async (t) => {
      const node = await testNode(t);
      const object = (kind: string, data: Record<string, string>) => ({
        apiVersion: 'v1',
        kind,
        metadata: { name: 'c', namespace: 'default' },
        data,
      });
      node.store.create('configmaps', object('ConfigMap', { k: 'v' }));
      node.store.create('secrets', object('Secret', { s: Buffer.from('hidden').toString('base64') }));
      node.create('p', {
        command: ['sh', '-c', 'echo "$(A) $$(A) $(NO) $B $C $D $E"; sleep 3600; true'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: 'b$(A)' },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'D', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
          { name: 'E', valueFrom: { secretKeyRef: { name: 'c', key: 's' } } },
        ],
      });
      await node.until('p', isRunning);
      const { output } = await node.exec('p', 'main', [
        'sh',
        '-c',
        'tr "\\0" "\\n" < /proc/1/cmdline | tail -1; echo $B $C $D $E',
      ]);
      assert.equal(output, 'echo "1 $(A) $(NO) $B $C $D $E"; sleep 3600; true\nb1 p v hidden\n');
    },
  );

  test('a missing config map key is a CreateContainerConfigError that says so', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      command: sleep,
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'nosuch', key: 'k' } } }],
    });
    const pod = await node.until(
      'p',
      (now) => now?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "nosuch" not found');
  });

  test('volumes: shared, projected and from the node, with their modes and group', { skip }, async (t) => {
    const node = await testNode(t);
    node.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default' },
      data: { k: 'v' },
    });
    node.create(
      'p',
      {
        command: sleep,
        securityContext: { runAsUser: 1000 },
        volumeMounts: [
          { name: 'e', mountPath: '/e' },
          { name: 'c', mountPath: '/c' },
          { name: 'c', mountPath: '/one/file', subPath: 'k' },
          { name: 'd', mountPath: '/d', readOnly: true },
          { name: 'h', mountPath: '/host', readOnly: true },
        ],
      },
      {
        securityContext: { fsGroup: 2000 },
        volumes: [
          { name: 'e', emptyDir: {} },
          { name: 'c', configMap: { name: 'c', defaultMode: 0o400 } },
          { name: 'd', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
          { name: 'h', hostPath: { path: '/etc' } },
        ],
      },
    );
    const pod = await node.until('p', isRunning);
    const script =
      'touch /e/x && ls -ln /e/x | cut -d" " -f5,7- | cut -c1-0; stat -c %g /e/x; cat /c/k /one/file /d/name; test -e /host/passwd && echo host; touch /host/x';
    const { output } = await node.exec('p', 'main', ['sh', '-c', script]);
    assert.match(output, /2000\nvvphost\n/);
    assert.match(output, /Read-only file system/);
    assert.deepEqual(pod.status?.containerStatuses?.[0]?.volumeMounts?.at(3), {
      name: 'd',
      mountPath: '/d',
      readOnly: true,
      recursiveReadOnly: 'Disabled',
    });
  });

  test('a pod waits for a volume that is not there, and starts once it is', { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      { command: sleep, volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      { volumes: [{ name: 'v', configMap: { name: 'late' } }] },
    );
    await new Promise<void>((resolve) => {
      node.store.subscribe('events', ({ object }) => {
        if (object['reason'] === 'FailedMount' && Number(object['count']) >= 2) resolve();
      });
    });
    const [event] = node.events('p');
    assert.equal(event?.message, 'MountVolume.SetUp failed for volume "v" : configmap "late" not found');
    node.store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late', namespace: 'default' },
      data: { k: 'now' },
    });
    await node.until('p', isRunning);
    assert.equal((await node.exec('p', 'main', ['cat', '/v/k'])).output, 'now');
  });

  test("host namespaces are the node's, and the node's files are under the mount", { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      {
        command: sleep,
        // To read the links of a process that is not its own.
        securityContext: { privileged: true },
        volumeMounts: [{ name: 'root', mountPath: '/host' }],
      },
      {
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        volumes: [{ name: 'root', hostPath: { path: '/' } }],
      },
    );
    const pod = await node.until('p', isRunning);
    assert.equal(pod.status?.podIP, pod.status?.hostIP);
    const links =
      'for n in net pid ipc; do test "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/$1/ns/$n)" && echo $n; done; ls -d /host/proc';
    const { output } = await node.exec('p', 'main', ['sh', '-c', links, 'sh', String(process.pid)]);
    assert.equal(output, 'net\npid\nipc\n/host/proc\n');
  });
});
