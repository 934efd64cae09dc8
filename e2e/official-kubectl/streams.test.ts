// Streams of the official kubectl to and from a sandbox's containers: logs, exec, attach, port-forward, cp.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type KubectlWorld, missing, openKubectlWorld } from './kubectl-world.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox
      command: [sh, -c, 'mkdir /www; echo page > /www/index.html; echo one; echo two; httpd -f -p 8080 -h /www']
    - { name: helper, image: busybox, command: [sh, -c, 'echo helping; sleep 3600'] }
---
apiVersion: v1
kind: Pod
metadata: { name: restarted }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: busybox, command: [sh, -c, 'echo run $(cat /proc/sys/kernel/random/uuid); sleep 0.3; exit 1'] }
---
apiVersion: v1
kind: Pod
metadata: { name: talker }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: busybox, stdin: true, command: [sh, -c, 'while read line; do echo "heard $line"; done'] }
---
apiVersion: v1
kind: Pod
metadata: { name: shell }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - { name: main, image: busybox, stdin: true, tty: true, command: [sh] }
`;
/** The environment with which kubectl uses SPDY instead of WebSocket. */
const SPDY = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };
const TRANSPORTS: [name: string, env: Record<string, string>][] = [
  ['WebSocket', {}],
  ['SPDY', SPDY],
];

function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const get = request({ host: '127.0.0.1', port, path: '/index.html', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    get.on('error', reject);
    get.end();
  });
}

describe('kubectl streams', { skip: missing }, () => {
  let world: KubectlWorld;
  before(async () => {
    world = await openKubectlWorld();
    await world.ok(['apply', '-f', '-'], PODS);
    await world.ok(['wait', '--for=condition=Ready', 'pod', 'web', 'talker', 'shell', '--timeout=15s']);
  });
  after(async () => {
    await world.stop();
  });
  const ok = (args: string, input?: string) => world.ok(args.split(' '), input);

  describe('logs', () => {
    test('complete, --tail, --all-containers, --timestamps', async () => {
      assert.equal(await ok('logs web'), 'one\ntwo\n');
      assert.equal(await ok('logs web --tail=1'), 'two\n');
      assert.equal(await ok('logs web -c helper'), 'helping\n');
      const prefixed = await ok('logs -l app=web --all-containers --prefix');
      assert.match(prefixed, /^\[pod\/web\/main\] one$/m);
      assert.match(prefixed, /^\[pod\/web\/helper\] helping$/m);
      assert.match(await ok('logs web --timestamps --tail=1'), /^\d{4}-\d\d-\d\dT[\d:.]+Z two\n$/);
    });

    test('-f follows the output', async () => {
      const logs = world.start(['logs', '-f', 'talker']);
      const talk = world.start(['attach', '-i', 'talker']);
      talk.write('first\n');
      await logs.waitFor(/^heard first$/m);
      talk.write('second\n');
      await logs.waitFor(/^heard second$/m);
      await talk.stop();
      await logs.stop();
    });

    test('--previous shows the previous run', async () => {
      await world.ok([
        'wait',
        '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
        'pod/restarted',
        '--timeout=20s',
      ]);
      const previous = await ok('logs restarted --previous');
      assert.match(previous, /^run [0-9a-f-]+\n$/);
      assert.notEqual(await ok('logs restarted'), previous);
    });
  });

  for (const [transport, env] of TRANSPORTS) {
    describe(`over ${transport}`, () => {
      test('exec returns stdout, stderr and the exit code', async () => {
        const args = ['exec', 'web', '-c', 'main', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'];
        const result = await world.run(args, { env });
        assert.deepEqual(result, {
          code: 7,
          stdout: 'out\n',
          stderr: 'err\ncommand terminated with exit code 7\n',
        });
      });

      test('kubectl does not fall back to the other transport', async () => {
        const exec = await world.run(['exec', 'web', '-v=4', '--', 'true'], { env });
        assert.equal(exec.code, 0);
        assert.doesNotMatch(exec.stderr, /fallback/i);
        const forward = world.start(['port-forward', 'pod/web', ':8080', '-v=4'], env);
        await forward.waitFor(/^Forwarding from/m);
        await forward.stop();
        assert.doesNotMatch(forward.stderr, /fallback/i);
      });

      test('exec -i transfers input until its end', async () => {
        const input = 'x'.repeat(1_000_000);
        const result = await world.run(['exec', '-i', 'web', '--', 'wc', '-c'], { env, input });
        assert.deepEqual([result.stdout.trim(), result.code], ['1000000', 0], result.stderr);
      });

      test('input waits for a slow command', async () => {
        const input = 'x'.repeat(20_000_000);
        const args = ['exec', '-i', 'web', '--', 'sh', '-c', 'sleep 0.5; wc -c'];
        const result = await world.run(args, { env, input });
        assert.deepEqual([result.stdout.trim(), result.code], ['20000000', 0], result.stderr);
      });

      test('exec returns large output completely', async () => {
        const result = await world.run(['exec', 'web', '--', 'seq', '1', '200000'], { env });
        const lines = result.stdout.split('\n');
        assert.deepEqual([lines.length, lines[0], lines[199_999]], [200_001, '1', '200000'], result.stderr);
      });

      test('attach -i transfers input and output', async () => {
        const attached = world.start(['attach', '-i', 'talker'], env);
        attached.write(`over ${transport}\n`);
        await attached.waitFor(new RegExp(`^heard over ${transport}$`, 'm'));
        await attached.stop();
      });

      test("exec -it has a terminal with the user's size", async () => {
        const terminal = world.terminal(['exec', '-it', 'web', '-c', 'main', '--', 'sh'], env);
        await terminal.waitFor(/#$/);
        terminal.type('stty size; tty\r');
        await terminal.waitFor(/^30 100$/m);
        await terminal.waitFor(/^\/dev\/pts\/\d+$/m);
        terminal.resize(90, 25);
        terminal.type('until [ "$(stty size)" = "25 90" ]; do sleep 0.05; done; echo resi""zed\r');
        await terminal.waitFor(/^resized$/m);
        terminal.type('exit 5\r');
        assert.equal(await terminal.exited, 5);
      });

      test('port-forward forwards successive and concurrent connections', async () => {
        const forward = world.start(['port-forward', 'pod/web', ':8080'], env);
        const [, port = ''] = await forward.waitFor(/^Forwarding from 127\.0\.0\.1:(\d+) -> 8080$/m);
        assert.equal(await fetchText(Number(port)), 'page\n');
        const pages = await Promise.all(Array.from({ length: 8 }, () => fetchText(Number(port))));
        assert.deepEqual(new Set(pages), new Set(['page\n']));
        await forward.stop();
      });

      test('port-forward reports a refused connection', async () => {
        const forward = world.start(['port-forward', 'pod/web', ':81'], env);
        const [, port = ''] = await forward.waitFor(/^Forwarding from 127\.0\.0\.1:(\d+) -> 81$/m);
        await assert.rejects(fetchText(Number(port)));
        await forward.waitFor(/an error occurred forwarding \d+ -> 81: .*refused/);
        await forward.stop();
      });
    });
  }

  test('attach -it attaches to a running shell', async () => {
    const terminal = world.terminal(['attach', '-it', 'shell']);
    await terminal.waitFor(/pressing enter/);
    terminal.type('\r');
    await terminal.waitFor(/#$/);
    terminal.type('echo $((6 * 7))\r');
    await terminal.waitFor(/^42$/m);
    terminal.kill('SIGHUP');
    await terminal.exited;
  });

  test('run --rm -it runs a pod, returns its exit code and deletes it', async () => {
    const terminal = world.terminal([
      'run',
      'visit',
      '--rm',
      '-it',
      '--image=busybox',
      '--restart=Never',
      '--',
      'sh',
    ]);
    await terminal.waitFor(/#$|pressing enter/);
    terminal.type('\r');
    await terminal.waitFor(/#$/);
    terminal.type('hostname; exit 4\r');
    await terminal.waitFor(/^visit$/m);
    await terminal.waitFor(/pod "visit" deleted/);
    assert.equal(await terminal.exited, 4);
  });

  test('cp copies files in both directions', async () => {
    const text = 'some text\n'.repeat(10_000);
    const file = await world.file('there.txt', text);
    await world.ok(['cp', file, 'web:/tmp/there.txt', '-c', 'main']);
    assert.equal(await ok('exec web -c main -- wc -l /tmp/there.txt'), '10000 /tmp/there.txt\n');
    const back = join(world.directory, 'back.txt');
    await world.ok(['cp', 'web:/tmp/there.txt', back, '-c', 'main']);
    assert.equal(await readFile(back, 'utf8'), text);
  });

  test('exec reports a missing container, program or pod', async () => {
    const cases: [args: string, message: RegExp][] = [
      ['exec web -c nosuch -- true', /container nosuch is not valid for pod web|container not found/],
      ['exec web -c main -- nosuch', /exec: "nosuch": executable file not found in \$PATH/],
      ['exec nosuch -- true', /pods "nosuch" not found/],
    ];
    for (const [args, message] of cases) {
      const result = await world.run(args.split(' '));
      assert.notEqual(result.code, 0);
      assert.match(result.stderr, message);
    }
  });
});
