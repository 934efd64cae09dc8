// Inspects a pod whose image has one program and no shell, without restarting it.
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
            // It only has to listen.
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

  test("the target's processes are visible", async () => {
    const result = await dbg(inWeb('ps', '-o', 'pid,args'));
    assert.equal(result.code, 0, result.stderr);
    // Without the target's processes, PID 1 would be ps itself.
    assert.match(result.stdout, /^\s*1 (?!.*\bps\b).*\S$/m);
  });

  test("the target's files are visible", async () => {
    const result = await dbg(inWeb('sh', '-c', 'ls /proc/1/root/ && test ! -e /proc/1/root/bin/sh'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^proc$/m);
  });

  test("the target's network works in both directions", async () => {
    // Nothing else listens there; any response is fine.
    const ask = `wget -S -q -O /dev/null http://127.0.0.1:${world.httpPort}/ 2>&1 | head -1`;
    const result = await dbg(inWeb('sh', '-c', ask));
    assert.match(result.stdout, /HTTP\/1\.[01] \d{3}/, result.stderr);
  });

  test('returns exit codes and signals', async () => {
    assert.equal((await dbg(inWeb('sh', '-c', 'exit 7'))).code, 7);
    // Kubernetes expands $$ to $ in a command.
    assert.equal((await dbg(inWeb('sh', '-c', 'kill -9 $$$$'))).code, 137);
  });

  const leftBehind =
    ownUserOnly && 'a node in a user namespace ends no processes that a container left behind';
  test(
    'with exec, the session ends with the command, even if background processes remain',
    {
      skip: leftBehind,
    },
    async () => {
      const byExec = (...words: string[]) => ['--via=exec', ...inWeb(...words)];
      // Exceeds the timeout of runDbg if the session waits for it.
      const left = await dbg(byExec('sh', '-c', 'sleep 600 & echo begun; exit 7'));
      assert.deepEqual([left.code, left.stdout], [7, 'begun\n'], left.stderr);
      const missing = await dbg(byExec('no-such-program'));
      assert.equal(missing.code, 69);
      assert.match(missing.stderr, /its image has no program "no-such-program"/);
    },
  );

  test('-i transfers the complete input', async () => {
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
