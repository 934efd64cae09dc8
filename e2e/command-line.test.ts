// Command lines against a sandbox with simulated containers: targets, files, plans, outcomes, errors.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type CommandResult, runDbg } from './command.ts';

const SLEEP = ['sleep', '3600'];

describe('command line', () => {
  let sandbox: Sandbox;
  let cluster: Cluster;
  let directory: string;
  let env: Record<string, string | undefined>;

  const dbg = (args: readonly string[], extra: { input?: string; env?: Record<string, string> } = {}) =>
    runDbg(args, {
      env: { ...env, ...extra.env },
      timeout: 30_000,
      ...(extra.input === undefined ? {} : { input: extra.input }),
    });
  const post = (path: string, body: unknown) => cluster.request({ method: 'POST', path, body });
  const file = async (name: string, content: string) => {
    const path = join(directory, name);
    await writeFile(path, content);
    return path;
  };
  /** Pods that a session has left behind. */
  const leftOver = () =>
    sandbox.store
      .list('pods', 'default')
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name ?? '')
      .filter((name) => !/^(web|api|deployed)/.test(name));

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-e2e-'));
    sandbox = await startSandbox({ runtime: 'simulated', users: [{ name: 'viewer' }, { name: 'support' }] });
    cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, realWorld());
    env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
    const running = new Promise<void>((resolve) => {
      const names = new Set<string>();
      sandbox.store.subscribe('pods', ({ object }) => {
        const pod = object as unknown as Pod;
        if (pod.status?.phase === 'Running') names.add(pod.metadata?.name ?? '');
        if (names.size >= 4) resolve();
      });
    });
    for (const name of ['web', 'api']) {
      await post('/api/v1/namespaces/default/pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { tier: 'front' } },
        spec: { containers: [{ name: 'main', image: 'busybox', command: SLEEP }] },
      });
    }
    await post('/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'deployed' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'deployed' } },
        template: {
          metadata: { labels: { app: 'deployed' } },
          spec: { containers: [{ name: 'main', image: 'busybox', command: SLEEP }] },
        },
      },
    });
    const apiGroup = 'rbac.authorization.k8s.io';
    const rbac = `/apis/${apiGroup}/v1/namespaces/default`;
    // Roles for debugging usually grant `create` on attach, but not `get`.
    await post(`${rbac}/roles`, {
      metadata: { name: 'debug' },
      rules: [
        { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] },
        { apiGroups: [''], resources: ['pods/attach'], verbs: ['create'] },
      ],
    });
    for (const [user, kind, name] of [
      ['viewer', 'ClusterRole', 'view'],
      ['support', 'ClusterRole', 'view'],
      ['support', 'Role', 'debug'],
    ]) {
      await post(`${rbac}/rolebindings`, {
        metadata: { name: `${user}-${name}` },
        roleRef: { apiGroup, kind, name },
        subjects: [{ apiGroup, kind: 'User', name: user }],
      });
    }
    await running;
  });
  after(async () => {
    await cluster.close();
    await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const succeeds: [
    name: string,
    args: () => Promise<string[]> | string[],
    check: (result: CommandResult) => void,
  ][] = [
    ['a pod by name', () => ['web', '-q', '--', 'echo', 'hi'], ({ stdout }) => assert.equal(stdout, 'hi\n')],
    [
      "the draft's form: a command without --",
      () => ['web', 'echo', 'hi'],
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      "the draft's shorts",
      () => ['-m', 'busybox', '-p', 'main', 'pod/web', '--', 'echo', 'hi'],
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      'a deployment',
      () => ['deploy/deployed', '--', 'echo', 'hi'],
      ({ stdout, stderr }) => {
        assert.equal(stdout, 'hi\n');
        assert.match(stderr, /Debugging pod deployed-\S+, one of 2 running pods/);
      },
    ],
    [
      'several pods',
      () => ['pod/web', 'pod/api', '-q', '--', 'hostname'],
      ({ stdout }) => assert.equal(stdout, 'web\napi\n'),
    ],
    [
      'a selection',
      () => ['-l', 'tier=front', '-q', '--', 'hostname'],
      ({ stdout }) => assert.deepEqual(stdout.split('\n').sort(), ['', 'api', 'web']),
    ],
    [
      'a manifest',
      async () => [
        '-f',
        await file(
          'web.yaml',
          'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: main, image: busybox}]}\n',
        ),
        '-q',
        '--',
        'echo',
        'hi',
      ],
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      'a pattern of manifests',
      async () => {
        await file(
          'one-web.yaml',
          'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: main, image: busybox}]}\n',
        );
        return ['-f', join(directory, 'one-*.yaml'), '-q', '--', 'echo', 'hi'];
      },
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      'by exec',
      () => ['web', '-q', '--via=exec', '--', 'sh', '-c', 'echo out; echo err >&2'],
      ({ stdout, stderr }) => assert.deepEqual([stdout, stderr], ['out\n', 'err\n']),
    ],
    [
      'a copy, removed afterwards',
      () => ['web', '--copy-to=copied', '--image=busybox', '-q', '--', 'echo', 'hi'],
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      'a node, whose pod is removed afterwards',
      () => ['node/vm', '-q', '--', 'echo', 'hi'],
      ({ stdout }) => assert.equal(stdout, 'hi\n'),
    ],
    [
      'a dry run by the client',
      () => ['web', '-c', 'dbg', '--dry-run=client', '-o', 'json', '--', 'sh'],
      ({ stdout }) => {
        const body = JSON.parse(stdout) as { spec: { ephemeralContainers: { name: string }[] } };
        assert.equal(body.spec.ephemeralContainers[0]?.name, 'dbg');
      },
    ],
    [
      'a dry run by the server',
      () => ['node/vm', '--dry-run=server', '-o', 'yaml', '-q'],
      ({ stdout }) => {
        assert.match(stdout, /^# POST \/api\/v1\/namespaces\/default\/pods\n/);
        assert.match(stdout, /^ {2}uid: /m);
      },
    ],
    [
      'a dry run by name',
      () => ['web', '--copy-to=x', '--image=busybox', '--dry-run=client', '-o', 'name', '-q'],
      ({ stdout }) => assert.equal(stdout, 'pod/x\n'),
    ],
    [
      'help',
      () => ['--help'],
      ({ stdout, stderr }) => {
        assert.match(
          stdout,
          /^Usage:\n {2}kubectl dbg TARGET\.\.\. \[flags\] \[-- COMMAND \[ARG\.\.\.\]\]$/m,
        );
        for (const flag of ['--image', '--copy-to', '--target', '--profile', '--via', '--timeout']) {
          assert.match(stdout, new RegExp(`^ .*${flag}\\b`, 'm'));
        }
        assert.equal(stderr, '');
      },
    ],
    ['profiles', () => ['profiles', 'sysadmin'], ({ stdout }) => assert.match(stdout, /privileged/)],
    [
      'completion of pods',
      () => ['__complete', 'pod/w'],
      ({ stdout }) => assert.match(stdout, /^pod\/web$/m),
    ],
  ];
  for (const [name, args, check] of succeeds) {
    test(name, async () => {
      const result = await dbg(await args());
      assert.equal(result.code, 0, result.stderr);
      check(result);
      assert.deepEqual(leftOver(), []);
    });
  }

  const refused: [name: string, args: () => Promise<string[]> | string[], code: number, words: RegExp][] = [
    ['no target', () => [], 64, /NAME or filename is required/],
    ['an unknown flag', () => ['web', '--iamge=x'], 64, /unknown flag: --iamge\. Did you mean --image\?/],
    ['a bad image', () => ['web', '--image=UPPER'], 64, /invalid image name/],
    ['a bad timeout', () => ['web', '--timeout=soon'], 64, /invalid --timeout "soon"/],
    ['a taken name', () => ['web', '-c', 'main'], 64, /already has a container "main"/],
    [
      'a flag without meaning for the target',
      () => ['node/vm', '--share-processes'],
      64,
      /has no meaning for a node/,
    ],
    ['a missing manifest', () => ['-f', join(directory, 'nosuch.yaml')], 64, /does not exist/],
    [
      'a manifest that is none',
      async () => ['-f', await file('bad.yaml', '- 1\n')],
      64,
      /a document that is not an object/,
    ],
    ['a missing pod', () => ['nosuch'], 66, /pods "nosuch" not found/],
    ['a missing namespace', () => ['web', '-n', 'nosuch'], 66, /namespaces "nosuch" not found/],
    ['a missing target container', () => ['web', '--target=nosuch'], 66, /container "nosuch" is not in pod/],
    ['no cluster', () => ['web', '--server=https://127.0.0.1:1'], 68, /connection refused/],
    [
      'an image that is not there',
      () => ['web', '--image=nosuch:v1', '--', 'sh'],
      69,
      /image nosuch:v1 for debug container \S+ of pod\/web cannot be pulled: registry docker\.io has no such name or tag \(ErrImagePull\)\. Correct --image/,
    ],
    [
      'a private image',
      () => ['web', '--image=example.com/private/x', '--', 'sh'],
      69,
      /registry example\.com refuses it without valid credentials/,
    ],
    [
      'a program that is not there',
      () => ['web', '--', 'nosuchprogram'],
      69,
      /cannot be started: its image has no program "nosuchprogram"/,
    ],
    [
      'a program that is not there, by exec',
      () => ['web', '--via=exec', '--', 'nosuchprogram'],
      69,
      /cannot be started: its image has no program "nosuchprogram" \(StartError\)\. Use a command/,
    ],
    [
      'a deadline',
      () => ['web', '--image=busybox:slow', '--image-pull-policy=Always', '--timeout=3s', '--', 'sh'],
      75,
      /did not start within 3 s: its image is still being pulled/,
    ],
    [
      'no right to patch',
      () => ['web', '--context=kube-sandbox-viewer', '--', 'sh'],
      77,
      /Ask for the right to patch pods\/ephemeralcontainers in namespace default/,
    ],
    ['an unknown context', () => ['web', '--context=nosuch'], 78, /nosuch/],
    ['an editor without a terminal', () => ['web', '--edit', '--', 'id'], 64, /Set EDITOR/],
    ['a malformed selector', () => ['-l', 'a b c', '--', 'id'], 64, /unable to parse requirement/],
    [
      'an output file in a missing directory',
      () => ['web', `--output-file=${join(directory, 'nosuch', 'file')}`, '--', 'id'],
      64,
      /its directory does not exist/,
    ],
    [
      'a copy on a node that is not there',
      () => ['web', '--copy-to=x', '--image=busybox', '--node=nosuch'],
      66,
      /nosuch/,
    ],
    [
      'a taken name of a copy',
      () => ['web', '--copy-to=api', '--image=busybox', '--', 'id'],
      64,
      /already exists/,
    ],
    [
      'an exec that is not allowed',
      () => ['web', '--via=exec', '--context=kube-sandbox-support', '--', 'id'],
      77,
      /Ask for the right to create pods\/exec in namespace default/,
    ],
    [
      'an answer that takes too long',
      () => ['web', '--request-timeout=1ms', '--', 'id'],
      75,
      /--request-timeout/,
    ],
  ];
  for (const [name, args, code, words] of refused) {
    test(`fails: ${name}`, async () => {
      const begun = Date.now();
      const result = await dbg(await args());
      assert.equal(result.code, code, result.stderr);
      assert.match(result.stderr, words);
      assert.equal(result.stdout, '');
      const errors = result.stderr.split('\n').filter((line) => line.startsWith('error: '));
      assert.equal(errors.length, 1, result.stderr);
      assert.ok(Date.now() - begun < 15_000, 'within seconds');
      assert.deepEqual(leftOver(), []);
    });
  }

  test('-o json describes the outcome', async () => {
    const result = await dbg(['web', '-q', '-o', 'json', '--', 'sh', '-c', 'echo hi; exit 3']);
    assert.deepEqual({ code: result.code, stderr: result.stderr }, { code: 3, stderr: 'hi\n' });
    const { container, started, finished, milliseconds, bytes, notices, ...rest } = JSON.parse(result.stdout);
    assert.deepEqual(rest, {
      apiVersion: 'kubectl-dbg/v1',
      kind: 'Outcome',
      workflow: 'ephemeral',
      namespace: 'default',
      pod: 'web',
      target: 'main',
      outcome: 'exited',
      code: 3,
      exitCode: 3,
    });
    assert.deepEqual(
      notices.map(({ level, code }: Record<string, string>) => `${level} ${code}`),
      ['info name-generated', 'info target-chosen'],
    );
    assert.match(container, /^debugger-/);
    assert.ok(started <= finished);
    assert.deepEqual(
      { stdout: bytes.stdout, stderr: bytes.stderr, lost: bytes.lost },
      { stdout: 3, stderr: 0, lost: 0 },
    );
    const { write, schedule, pull, create, attach, total } = milliseconds;
    assert.equal(schedule, 0);
    // A command that exits before the attach has no attach time.
    assert.ok(total >= write + schedule + pull + create + (attach ?? 0), result.stdout);
  });

  test('-o json also describes a failure before the session', async () => {
    const result = await dbg(['nosuch', '-o', 'json', '--', 'id']);
    const { message, ...rest } = JSON.parse(result.stdout);
    assert.match(message, /pods "nosuch" not found/);
    assert.deepEqual(rest, {
      apiVersion: 'kubectl-dbg/v1',
      kind: 'Outcome',
      outcome: 'failed',
      reason: 'notFound',
      failure: {
        code: 'ObjectNotFound',
        facts: { resource: 'pods', name: 'nosuch', status: 404, reason: 'NotFound' },
      },
      remedy: 'Check the name, and the namespace (-n)',
      exitCode: 66,
    });
  });

  test('with --warnings-as-errors, the only document contains the warning', async () => {
    const labels = { 'pod-security.kubernetes.io/warn': 'restricted' };
    await post('/api/v1/namespaces', { metadata: { name: 'warned', labels } });
    const result = await dbg(['node/vm', '-n', 'warned', '-o', 'json', '--warnings-as-errors', '--', 'true']);
    assert.equal(result.code, 77, result.stderr);
    const { items } = JSON.parse(result.stdout) as { items: { outcome: string }[] };
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ['exited', 'failed'],
    );
  });

  test("a command's exit code does not stop the debugging of other pods", async () => {
    const result = await dbg(['pod/web', 'pod/api', '--', 'sh', '-c', 'hostname; exit 4']);
    assert.deepEqual([result.code, result.stdout], [4, 'web\napi\n'], result.stderr);
    assert.match(result.stderr, /^pod default\/web:\n[^]*^pod default\/api:\n/m);
  });

  test('a user with only `create` on pods/attach can attach', async () => {
    const args = ['web', '-q', '-i', '--context=kube-sandbox-support', '--', 'sh', '-c', 'cat; exit 7'];
    const result = await dbg(args, { input: 'through SPDY\n' });
    assert.deepEqual(result, { code: 7, stdout: 'through SPDY\n', stderr: '' });
  });

  test('a URL as manifest', async () => {
    const server = createServer((_, response) =>
      response.end(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web' },
          spec: { containers: [{ name: 'main' }] },
        }),
      ),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await dbg(['-f', `http://127.0.0.1:${port}/web.json`, '-q', '--', 'echo', 'hi']);
    server.close();
    assert.deepEqual([result.code, result.stdout], [0, 'hi\n'], result.stderr);
  });

  test('standard input as manifest', async () => {
    const input = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'main' }] },
    });
    const result = await dbg(['-f', '-', '-q', '--', 'echo', 'hi'], { input });
    assert.deepEqual([result.code, result.stdout], [0, 'hi\n'], result.stderr);
  });

  test('large input arrives completely', async () => {
    const input = 'line of input\n'.repeat(200_000);
    const result = await dbg(['web', '-i', '-q', '--', 'sh', '-c', 'cat; exit 9'], { input });
    assert.equal(result.code, 9, result.stderr);
    assert.ok(result.stdout === input, `${result.stdout.length} of ${input.length} bytes`);
  });

  test('--edit changes the object; an empty file cancels', async () => {
    const editor = await file('editor.sh', '#!/bin/sh\nsed -i s/ECHO/edited/ "$1"\n');
    const eraser = await file('eraser.sh', '#!/bin/sh\n: > "$1"\n');
    for (const path of [editor, eraser]) await chmod(path, 0o700);
    const result = await dbg(['web', '-q', '--edit', '--', 'echo', 'ECHO'], { env: { EDITOR: editor } });
    assert.deepEqual([result.code, result.stdout], [0, 'edited\n'], result.stderr);
    const off = await dbg(['web', '--edit', '--', 'echo'], { env: { EDITOR: eraser } });
    assert.equal(off.code, 64);
    assert.match(off.stderr, /cancelled/);
  });

  test('-o json reserves stdout for its document; --output-file is private and complete', async () => {
    const path = join(directory, 'output');
    const result = await dbg([
      'web',
      '-o',
      'json',
      '--output-file',
      path,
      '--',
      'sh',
      '-c',
      'echo kept; exit 6',
    ]);
    assert.equal(result.code, 6, result.stderr);
    const document = JSON.parse(result.stdout) as Record<string, unknown>;
    assert.equal(document.exitCode, 6);
    assert.equal(await readFile(path, 'utf8'), 'kept\n');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('--attach=false does not attach, and names the command to attach', async () => {
    const result = await dbg(['web', '--attach=false', '-c', 'later', '--', 'sleep', '100']);
    assert.deepEqual([result.code, result.stdout], [0, ''], result.stderr);
    assert.match(result.stderr, /^Attach to container later with: kubectl attach web -c later -n default/m);
    const pod = sandbox.store.get('pods', 'default', 'web') as unknown as Pod;
    assert.ok(pod.spec?.ephemeralContainers?.some(({ name }) => name === 'later'));
  });

  test('a copy that crashes is reported, and the original is kept', async () => {
    const crashes = ['--restart=Always', '-c', 'main', '--', 'false'];
    const loop = await dbg(['web', '--copy-to=web-loop', '--rm', ...crashes]);
    assert.ok(loop.code === 69 || loop.code === 1, `${loop.code} ${loop.stderr}`);
    if (loop.code === 69) assert.match(loop.stderr, /CrashLoopBackOff/);
    const replaced = await dbg(['web', '--copy-to=web-crash', '--replace', '-q', ...crashes]);
    assert.equal(replaced.code, 69, replaced.stderr);
    assert.match(replaced.stderr, /the original was not deleted/);
    assert.ok(sandbox.store.get('pods', 'default', 'web') !== undefined);
  });

  test('--replace deletes the original only after the copy is running', async () => {
    await post('/api/v1/namespaces/default/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-old' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'busybox', command: SLEEP }],
      },
    });
    const bad = await dbg(['web-old', '--copy-to=web-new', '--replace', '--set-image=main=nosuch:v1', '-q']);
    assert.equal(bad.code, 69, bad.stderr);
    assert.match(bad.stderr, /the original was not deleted/);
    assert.ok(sandbox.store.get('pods', 'default', 'web-old') !== undefined);
    const good = await dbg([
      'web-old',
      '--copy-to=web-next',
      '--replace',
      '--set-image=main=busybox:1.37',
      '-q',
    ]);
    assert.equal(good.code, 0, good.stderr);
    const old = sandbox.store.get('pods', 'default', 'web-old');
    assert.ok(old === undefined || old.metadata.deletionTimestamp !== undefined);
  });

  test('a kuberc alias and its defaults', async () => {
    const kuberc = await file(
      'kuberc',
      'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ndefaults:\n- command: debug\n  options:\n  - {name: quiet, default: "true"}\n',
    );
    const result = await dbg(['web', '--', 'echo', 'hi'], { env: { KUBERC: kuberc } });
    assert.deepEqual([result.code, result.stdout, result.stderr], [0, 'hi\n', '']);
  });

  test('control characters from the cluster are escaped', async () => {
    const result = await dbg(['web', '--image=busybox', '--', 'no\u001b[31mprogram']);
    assert.equal(result.code, 69, result.stderr);
    assert.ok(!result.stderr.includes('\u001b'), JSON.stringify(result.stderr));
  });
});
