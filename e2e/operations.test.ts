// The operations story: look into a pod whose image has one program and no shell, without restarting it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { missingForContainers } from './real-containers.ts';
import { TerminalProgram } from './terminal.ts';
import { openTestCluster, type TestCluster } from './world.ts';

const missing = missingForContainers();

describe('operations', { skip: missing ?? false }, () => {
  let world: TestCluster;
  let restartsBefore: number | undefined;

  before(async () => {
    world = await openTestCluster();
    const pod = await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'service',
            image: world.images.distroless,
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    });
    restartsBefore = pod.status?.containerStatuses?.[0]?.restartCount;
  });
  after(async () => {
    await world.stop();
  });

  const dbg = (args: string[], input?: string) =>
    runDbg([...args], { env: world.env, ...(input === undefined ? {} : { input }) });
  const inWeb = (...words: string[]) => [
    'web',
    '-n',
    world.namespace,
    `--image=${world.images.tools}`,
    '-q',
    '--',
    ...words,
  ];

  test('the target has no shell of its own', async () => {
    const result = await dbg([
      'web',
      '-n',
      world.namespace,
      `--image=${world.images.distroless}`,
      '-q',
      '--',
      'sh',
      '-c',
      'true',
    ]);
    assert.equal(result.code, 69, result.stderr);
    assert.match(result.stderr, /"sh" cannot be run/);
  });

  test('its processes are seen', async () => {
    const result = await dbg(inWeb('ps', '-o', 'pid,args'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^\s*1 .*node/m);
  });

  test('its files are seen, and they are its own', async () => {
    const result = await dbg(inWeb('sh', '-c', 'ls /proc/1/root/ && test ! -e /proc/1/root/bin/sh'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^proc$/m);
  });

  test('its network is called out from and into', async () => {
    const result = await dbg(inWeb('wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /hello from web/);
  });

  test('exit codes and signals come back', async () => {
    assert.equal((await dbg(inWeb('sh', '-c', 'exit 7'))).code, 7);
    // Kubernetes makes one $ of two in a command.
    assert.equal((await dbg(inWeb('sh', '-c', 'kill -9 $$$$'))).code, 137);
  });

  test('input is passed on with -i, whole', async () => {
    const result = await dbg(['-i', ...inWeb('sh', '-c', 'wc -c; exit 3')], 'x'.repeat(200_000));
    assert.deepEqual(
      { out: result.stdout.trim(), code: result.code },
      { out: '200000', code: 3 },
      result.stderr,
    );
  });

  test('on a terminal it is interactive by default', async (t) => {
    const terminal = new TerminalProgram(process.execPath, [KUBECTL_DBG, ...inWeb('sh')], { env: world.env });
    t.after(() => terminal.kill('SIGKILL'));
    await terminal.waitFor(/#$/);
    terminal.type('stty size; echo $((6 * 7))\r');
    await terminal.waitFor(/^30 100$/m);
    await terminal.waitFor(/^42$/m);
    terminal.resize(90, 25);
    terminal.type('sleep 0.1; stty size\r');
    await terminal.waitFor(/^25 90$/m);
    terminal.type('exit 5\r');
    assert.equal(await terminal.exited, 5);
  });

  test('nothing was restarted', async () => {
    const pod = await world.getPod('web');
    assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, restartsBefore);
  });
});
