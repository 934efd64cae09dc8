// The effects of profiles and of flags such as --cap-add and --as-target in real containers, according to the kernel.
import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type CommandResult, runDbg } from './command.ts';
import { missingForUsers } from './real-containers.ts';
import { openTestCluster, REAL_CONTEXT, type TestCluster } from './world.ts';

/** Bits of capabilities(7). */
const CAP = { NET_BIND_SERVICE: 10, NET_ADMIN: 12, NET_RAW: 13, SYS_PTRACE: 19, SYS_ADMIN: 21 } as const;

/** Prints the process's attributes in the kernel. */
const SHOW = `
grep -E '^(Uid|Gid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status
for namespace in pid net ipc uts; do echo "$namespace: $(readlink /proc/self/ns/$namespace)"; done
test -d /host/etc && echo host: mounted
echo processes: $(ps -o args | tr '\\n' ' ')
`;

describe('profiles with real containers', { skip: missingForUsers() ?? false }, () => {
  let world: TestCluster;
  let node: string;

  before(async () => {
    world = await openTestCluster();
    const image = world.images.tools;
    const pod = await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app' },
      spec: {
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'main',
            image,
            command: ['sh', '-c', 'echo from-target >/data/file; exec sleep 3601'],
            env: [{ name: 'COLOUR', value: 'green' }],
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
            securityContext: { runAsUser: 1234, runAsGroup: 2345 },
          },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    });
    node = pod.spec?.nodeName ?? '';
  });
  after(() => world.stop());

  const run = (target: string, ...words: string[]): Promise<CommandResult> =>
    runDbg([target, '-n', world.namespace, `--image=${world.images.tools}`, '-q', ...words], {
      env: world.env,
    });

  /** Runs SHOW; returns its lines by first word. */
  async function show(target: string, ...flags: string[]): Promise<Map<string, string>> {
    const result = await run(target, ...flags, '--', 'sh', '-c', SHOW);
    assert.equal(result.code, 0, result.stderr);
    return new Map(
      result.stdout.split('\n').map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1).trim()];
      }),
    );
  }

  /** The namespaces of the sandbox's node: for root this process's own, otherwise those of the node's init process. */
  async function nodeNamespaces(): Promise<[type: string, namespace: string][]> {
    const types = ['pid', 'net', 'ipc'];
    if (process.getuid?.() === 0) return types.map((type) => [type, readlinkSync(`/proc/self/ns/${type}`)]);
    const script = 'for n in "$@"; do readlink /proc/1/ns/$n; done';
    const result = await run(`node/${node}`, '--profile=sysadmin', '--', 'sh', '-c', script, 'sh', ...types);
    const lines = result.stdout.trim().split('\n');
    assert.equal(lines.length, types.length, result.stderr);
    return types.map((type, index) => [type, lines[index] ?? '']);
  }

  /** Names of the pods that are not being deleted. */
  async function staying(): Promise<(string | undefined)[]> {
    const pods = await world.listPods();
    return pods
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name);
  }

  function has(shown: Map<string, string>, capability: keyof typeof CAP): boolean {
    return ((BigInt(`0x${shown.get('CapEff') ?? '0'}`) >> BigInt(CAP[capability])) & 1n) === 1n;
  }

  function user(shown: Map<string, string>): string {
    return `${shown.get('Uid')?.split('\t')[0] ?? ''}:${shown.get('Gid')?.split('\t')[0] ?? ''}`;
  }

  for (const [profile, flags, powers] of [
    ['general', [], ['SYS_PTRACE']],
    ['baseline', [], []],
    ['restricted', ['--run-as=1000:1000'], []],
    ['netadmin', [], ['NET_ADMIN', 'NET_RAW']],
    ['sysadmin', [], ['SYS_PTRACE', 'NET_ADMIN', 'NET_RAW', 'SYS_ADMIN']],
    ['legacy', [], []],
  ] as [string, string[], (keyof typeof CAP)[]][]) {
    test(`${profile} in a running pod`, async () => {
      const shown = await show('app', `--profile=${profile}`, ...flags);
      for (const power of ['SYS_PTRACE', 'NET_ADMIN', 'SYS_ADMIN'] as const) {
        assert.equal(has(shown, power), powers.includes(power), power);
      }
      if (powers.includes('NET_RAW')) assert.ok(has(shown, 'NET_RAW'));
      assert.match(shown.get('processes') ?? '', /sleep 3601/, "the target's processes are seen");
      assert.equal(user(shown), profile === 'restricted' ? '1000:1000' : '0:0');
      assert.equal(shown.get('NoNewPrivs'), profile === 'restricted' ? '1' : '0');
      if (profile === 'restricted') assert.equal(BigInt(`0x${shown.get('CapBnd') ?? 'f'}`), 0n);
    });
  }

  test('restricted does not start an image that runs as root, and reports it', async () => {
    const result = await run('app', '--profile=restricted', '--', 'true');
    assert.equal(result.code, 69);
    assert.match(result.stderr, /root/);
  });

  test('--target= joins no process namespace', async () => {
    const shown = await show('app', '--target=');
    assert.doesNotMatch(shown.get('processes') ?? '', /sleep 3601/);
  });

  test('--as-target runs as the same user as the target', async () => {
    assert.equal(user(await show('app', '--as-target', '--profile=baseline')), '1234:2345');
  });

  test('--run-as, --cap-add and --cap-drop have their effect', async () => {
    const shown = await show(
      'app',
      '--profile=netadmin',
      '--cap-add=sys_ptrace',
      '--cap-drop=NET_ADMIN,NET_RAW',
    );
    assert.ok(has(shown, 'SYS_PTRACE'));
    assert.ok(!has(shown, 'NET_ADMIN') && !has(shown, 'NET_RAW'));
    assert.equal(user(await show('app', '--profile=baseline', '--run-as=77:88')), '77:88');
    assert.ok(has(await show('app', '--profile=baseline', '--privileged'), 'SYS_ADMIN'));
  });

  test('--mounts-from-target mounts the volumes of the target, read-only by default', async () => {
    const words = ['--', 'sh', '-c', 'cat /data/file; echo changed >/data/other && cat /data/other'];
    const readOnly = await run('app', '--mounts-from-target', ...words);
    assert.match(readOnly.stdout, /^from-target$/m);
    assert.doesNotMatch(readOnly.stdout, /changed/);
    assert.notEqual(readOnly.code, 0);
    const writable = await run('app', '--mounts-rw', ...words);
    assert.match(writable.stdout, /^changed$/m, writable.stderr);
  });

  test('--env-from-target and --env', async () => {
    const words = ['--', 'sh', '-c', 'echo $COLOUR $SIZE'];
    assert.equal(
      (await run('app', '--env-from-target', '--env=SIZE=big', ...words)).stdout.trim(),
      'green big',
    );
    assert.equal((await run('app', '--env-from-target', '--env=COLOUR=red', ...words)).stdout.trim(), 'red');
  });

  for (const [profile, flags, powers, shares] of [
    ['general', [], ['SYS_PTRACE'], true],
    ['baseline', [], [], true],
    ['restricted', ['--run-as=1000:1000'], [], true],
    ['netadmin', [], ['NET_ADMIN', 'NET_RAW'], true],
    ['sysadmin', [], ['SYS_PTRACE', 'NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'], true],
    ['legacy', [], [], false],
  ] as [string, string[], (keyof typeof CAP)[], boolean][]) {
    test(`${profile} in a copy: capabilities, and ${shares ? 'shared' : 'separate'} processes`, async () => {
      const shown = await show('app', `--profile=${profile}`, '--copy-to', `copy-${profile}`, ...flags);
      for (const power of ['SYS_PTRACE', 'NET_ADMIN', 'SYS_ADMIN'] as const) {
        assert.equal(has(shown, power), powers.includes(power), power);
      }
      assert.equal(/sleep 3601/.test(shown.get('processes') ?? ''), shares);
      assert.equal(shown.get('NoNewPrivs'), profile === 'restricted' ? '1' : '0');
      if (profile === 'restricted') assert.equal(user(shown), '1000:1000');
      assert.ok(!(await staying()).includes(`copy-${profile}`), 'the copy stayed');
    });
  }

  test('a container of a copy without shared processes sees only its own', async () => {
    const shown = await show('app', '--copy-to=copy-alone', '--share-processes=false');
    assert.doesNotMatch(shown.get('processes') ?? '', /sleep 3601/);
  });

  test('a container of a copy runs another command, and its exit code is returned', async () => {
    const result = await runDbg(
      [
        'app',
        '-n',
        world.namespace,
        '-q',
        '--copy-to=copy-changed',
        '-c',
        'main',
        '--',
        'sh',
        '-c',
        'id -u; exit 9',
      ],
      { env: world.env },
    );
    assert.deepEqual([result.stdout, result.code], ['1234\n', 9], result.stderr);
  });

  for (const [profile, flags, mounted, onHost] of [
    ['general', [], true, true],
    ['baseline', [], false, false],
    ['restricted', ['--run-as=1000'], false, false],
    ['netadmin', [], false, true],
    ['sysadmin', [], true, true],
    ['legacy', [], true, true],
  ] as [string, string[], boolean, boolean][]) {
    test(`${profile} on a node: ${mounted ? 'the files' : 'no files'}, ${onHost ? 'the namespaces' : 'namespaces of its own'}`, async () => {
      const shown = await show(`node/${node}`, `--profile=${profile}`, ...flags);
      assert.equal(shown.get('host') === 'mounted', mounted);
      assert.equal(has(shown, 'SYS_ADMIN'), profile === 'sysadmin');
      if (REAL_CONTEXT === undefined) {
        for (const [namespace, nodes] of await nodeNamespaces()) {
          assert.equal(shown.get(namespace) === nodes, onHost, namespace);
        }
      }
      assert.deepEqual(await staying(), ['app'], 'the pod stayed');
    });
  }

  test("--host-shell runs in the node's file system, by chroot or in its namespaces", async () => {
    for (const profile of ['general', 'sysadmin']) {
      const result = await run(
        `node/${node}`,
        '--host-shell',
        `--profile=${profile}`,
        '--',
        'cat',
        '/etc/os-release',
      );
      assert.equal(result.code, 0, `${profile}: ${result.stderr}${result.stdout}`);
      assert.match(result.stdout, /^ID=/m);
      if (REAL_CONTEXT === undefined) assert.equal(result.stdout, readFileSync('/etc/os-release', 'utf8'));
    }
  });

  test('--profile=auto uses the profile that the namespace admits, and reports the restrictions', async () => {
    const label = (level: string | null) =>
      world.cluster.request({
        method: 'PATCH',
        path: `/api/v1/namespaces/${world.namespace}`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } } },
      });
    const auto = () =>
      runDbg(
        [
          'plain',
          '-n',
          world.namespace,
          `--image=${world.images.tools}`,
          '--profile=auto',
          '--',
          'sh',
          '-c',
          SHOW,
        ],
        { env: world.env },
      );
    // A separate pod, because the namespace's policy applies to all containers of a pod, including those of other tests.
    const plain: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: world.images.tools, command: ['sleep', '3602'] }],
      },
    };
    try {
      await label('baseline');
      await world.createPod(plain);
      const bound = await auto();
      assert.equal(bound.code, 0, bound.stderr);
      assert.match(bound.stderr, /baseline/);
      await label(null);
      const free = await auto();
      assert.equal(free.code, 0, free.stderr);
      assert.match(free.stderr, /general/);
      assert.notEqual(/CapEff.*/.exec(bound.stdout)?.[0], /CapEff.*/.exec(free.stdout)?.[0]);
    } finally {
      await label(null);
    }
  });
});
