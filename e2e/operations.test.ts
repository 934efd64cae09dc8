// The operations story: look into a pod whose image has one program and no shell, without restarting it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { missingForContainers } from './real-containers.ts';
import { TerminalProgram } from './terminal.ts';
import { openTestCluster, REAL_CONTEXT, type TestCluster } from './world.ts';

const missing = missingForContainers();
const ownUserOnly = REAL_CONTEXT === undefined && process.getuid?.() !== 0;

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
            // Whatever it answers to: that it listens is enough.
            readinessProbe: { tcpSocket: { port: world.httpPort }, periodSeconds: 1 },
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
    assert.match(result.stderr, /its image has no program "sh"/);
  });

  test('its processes are seen', async () => {
    const result = await dbg(inWeb('ps', '-o', 'pid,args'));
    assert.equal(result.code, 0, result.stderr);
    // Without the target's processes the first would be ps itself.
    assert.match(result.stdout, /^\s*1 (?!.*\bps\b).*\S$/m);
  });

  test('its files are seen, and they are its own', async () => {
    const result = await dbg(inWeb('sh', '-c', 'ls /proc/1/root/ && test ! -e /proc/1/root/bin/sh'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^proc$/m);
  });

  test('its network is called out from and into', async () => {
    // Nothing else listens there; what the service says to the request is its own affair.
    const ask = `wget -S -q -O /dev/null http://127.0.0.1:${world.httpPort}/ 2>&1 | head -1`;
    const result = await dbg(inWeb('sh', '-c', ask));
    assert.match(result.stdout, /HTTP\/1\.[01] \d{3}/, result.stderr);
  });

  test('exit codes and signals come back', async () => {
    assert.equal((await dbg(inWeb('sh', '-c', 'exit 7'))).code, 7);
    // Kubernetes makes one $ of two in a command.
    assert.equal((await dbg(inWeb('sh', '-c', 'kill -9 $$$$'))).code, 137);
  });

  const leftBehind =
    ownUserOnly && 'a node in a user namespace ends no processes that a container left behind';
  test(
    'by exec, the session ends with the command, whatever that left in the background',
    {
      skip: leftBehind,
    },
    async () => {
      const byExec = (...words: string[]) => ['--via=exec', ...inWeb(...words)];
      // Outlasts the limit of runDbg, if it is waited for.
      const left = await dbg(byExec('sh', '-c', 'sleep 600 & echo begun; exit 7'));
      assert.deepEqual([left.code, left.stdout], [7, 'begun\n'], left.stderr);
      const missing = await dbg(byExec('no-such-program'));
      assert.equal(missing.code, 69);
      assert.match(missing.stderr, /its image has no program "no-such-program"/);
    },
  );

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
