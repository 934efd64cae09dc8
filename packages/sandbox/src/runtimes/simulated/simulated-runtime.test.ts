import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { StreamOptions } from '../../cri/remote-process.ts';
import type { RuntimeContainer } from '../../cri/runtime.ts';
import { ANNOTATION_PREFIX } from './behaviour.ts';
import { logOf, TestNode, textOf } from './testing.ts';

const ALL: StreamOptions = { stdin: true, stdout: true, stderr: true, tty: false };
const OUTPUT: StreamOptions = { ...ALL, stdin: false };

/** Time until a simulated shell prints its prompt again. */
const PROMPT_MS = 20;

let node: TestNode;
beforeEach(() => {
  node = new TestNode();
});
afterEach(async () => {
  await node.stop();
});

const annotated = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [ANNOTATION_PREFIX + name, value]));

async function exitOf(container: RuntimeContainer): Promise<{ exitCode: number; reason: string }> {
  await container.exited;
  const { state } = container;
  assert.equal(state.phase, 'exited');
  return state.phase === 'exited' ? { exitCode: state.exitCode, reason: state.reason } : assert.fail();
}

describe('what a container does', () => {
  const cases: readonly {
    name: string;
    image?: string;
    command?: string[];
    annotations?: Record<string, string>;
    log: string;
    exitCode: number;
    seconds?: number;
  }[] = [
    { name: 'a command', command: ['echo', 'a', 'b'], log: 'a b\n', exitCode: 0 },
    { name: 'true', command: ['true'], log: '', exitCode: 0 },
    { name: 'false', command: ['/bin/false'], log: '', exitCode: 1 },
    { name: 'sleep', command: ['sleep', '3600'], log: '', exitCode: 0, seconds: 3600 },
    {
      name: 'a shell',
      command: ['sh', '-c', 'for i in 1 2; do echo $i; sleep 1; done; exit 5'],
      log: '1\n2\n',
      exitCode: 5,
      seconds: 2,
    },
    { name: 'a shell without input', command: ['sh'], log: '', exitCode: 0 },
    { name: "the image's command", log: '', exitCode: 0 },
    {
      name: 'a script for this container',
      annotations: annotated({ 'script.app': 'echo mine; exit 3', script: 'echo no' }),
      log: 'mine\n',
      exitCode: 3,
    },
    {
      name: 'a general script, if the program is unknown',
      image: 'example.com/app:v1',
      annotations: annotated({ script: 'echo all; kill -9 $$' }),
      log: 'all\n',
      exitCode: 137,
    },
    {
      name: 'a known command instead of the general script',
      command: ['echo', 'mine'],
      annotations: annotated({ script: 'echo no' }),
      log: 'mine\n',
      exitCode: 0,
    },
    {
      name: 'an unfinished line',
      annotations: annotated({ 'script.app': 'printf half; sleep 1' }),
      log: 'half',
      exitCode: 0,
      seconds: 1,
    },
    {
      name: 'bytes',
      annotations: annotated({ 'script.app': 'echo AAH/Cg== | base64 -d' }),
      log: '\x00\x01\xff\n',
      exitCode: 0,
    },
  ];
  for (const {
    name,
    image = 'busybox:1.38',
    command,
    annotations = {},
    log,
    exitCode,
    seconds = 0,
  } of cases) {
    test(name, async () => {
      const container = await node.create(
        { annotations, ...(command === undefined ? {} : { command }) },
        image,
      );
      await container.start();
      if (seconds > 0) {
        await node.clock.advance(seconds * 1000 - 1);
        assert.equal(container.state.phase, 'running');
      }
      await node.clock.advance(1);
      assert.deepEqual(await exitOf(container), { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' });
      assert.equal(await logOf(container), log);
    });
  }

  test('an unknown program is a service: it prints nothing and exits on SIGTERM', async () => {
    const container = await node.create({ command: ['/app/server', '--port=80'] }, 'example.com/app:v1');
    await container.start();
    await node.clock.advance(3_600_000);
    assert.equal(container.state.phase, 'running');
    container.signal('SIGTERM');
    assert.deepEqual(await exitOf(container), { exitCode: 0, reason: 'Completed' });
    assert.equal(await logOf(container), '');
  });

  test('the init process ignores a signal without a trap', async () => {
    const container = await node.create({ command: ['sleep', 'infinity'] });
    await container.start();
    container.signal('SIGTERM');
    await node.clock.advance(30_000);
    assert.equal(container.state.phase, 'running');
    container.signal('SIGKILL');
    assert.deepEqual(await exitOf(container), { exitCode: 137, reason: 'Error' });
  });

  test('a trap runs after the current command', async () => {
    const command = ['sh', '-c', "trap 'echo bye; exit 0' TERM; while :; do sleep 1; done"];
    const container = await node.create({ command });
    await container.start();
    await node.clock.advance(1500);
    container.signal('SIGTERM');
    await node.clock.advance(499);
    assert.equal(container.state.phase, 'running');
    await node.clock.advance(1);
    assert.deepEqual(await exitOf(container), { exitCode: 0, reason: 'Completed' });
    assert.equal(await logOf(container), 'bye\n');
  });

  test('its log entries have the time of the clock', async () => {
    const container = await node.create({ command: ['sh', '-c', 'sleep 1.5; echo late'] });
    await container.start();
    await node.clock.advance(1500);
    await container.exited;
    const options = { follow: false, previous: false, timestamps: true };
    const log = await textOf(container.readLog(options, new AbortController().signal));
    assert.equal(log, '2026-01-02T03:04:06.500000000Z late\n');
  });

  test('it starts after its start delay', async () => {
    const container = await node.create({
      command: ['true'],
      annotations: annotated({ 'start-delay': '2s' }),
    });
    const started = container.start();
    await node.clock.advance(1999);
    assert.equal(container.state.phase, 'created');
    await node.clock.advance(1);
    await started;
    assert.deepEqual(await exitOf(container), { exitCode: 0, reason: 'Completed' });
  });

  test('it is OOM-killed above its memory limit', async () => {
    const command = ['sh', '-c', 'a=x; while :; do a=$a$a; done'];
    const container = await node.create({ command, resources: { memoryLimit: 1024 * 1024 } });
    await container.start();
    assert.deepEqual(await exitOf(container), { exitCode: 137, reason: 'OOMKilled' });
  });

  for (const [what, script] of [
    ['a variable', 'a=x; while :; do a=$a$a; done'],
    ['the output of a command', 'a=$(head -c 100000000 /dev/zero)'],
    ['a file', 'head -c 100000000 /dev/zero > /tmp/big'],
  ] as const) {
    test(`without a limit it is also OOM-killed when ${what} exceeds the sandbox's maximum`, async () => {
      const container = await node.create({ command: ['sh', '-c', `${script}; exit 0`] });
      await container.start();
      assert.deepEqual(await exitOf(container), { exitCode: 137, reason: 'OOMKilled' });
    });
  }

  test('it can log a line of 100 MB', async () => {
    const script = 'head -c 100000000 /dev/zero; echo; echo done';
    const container = await node.create({ command: ['sh', '-c', script] });
    const before = process.memoryUsage.rss();
    await container.start();
    assert.deepEqual(await exitOf(container), { exitCode: 0, reason: 'Completed' });
    assert.ok(process.memoryUsage.rss() - before < 300 * 1024 * 1024);
  });

  test('it has a termination message', async () => {
    const container = await node.create({ command: ['sh', '-c', 'echo bye > /dev/termination-log; exit 7'] });
    await container.start();
    await container.exited;
    assert.equal(await container.terminationMessage(), 'bye\n');
  });
});

describe('a container that cannot start', () => {
  const cases = [
    {
      name: 'a program that busybox lacks',
      image: 'busybox:1.38',
      command: ['/no/such/binary'],
      words: /exec: "\/no\/such\/binary": stat \/no\/such\/binary: no such file or directory$/,
    },
    {
      name: 'a shell in a distroless image',
      image: 'example.com/distroless/neato:v1',
      command: ['sh'],
      words:
        /runc create failed: unable to start container process: error during container init: exec: "sh": executable file not found in \$PATH$/,
    },
    {
      name: 'an error in an annotation',
      image: 'example.com/app:v1',
      annotations: annotated({ 'start-error': 'out of luck' }),
      words: /runc create failed: out of luck$/,
    },
  ];
  for (const { name, image, command, annotations, words } of cases) {
    test(name, async () => {
      const container = await node.create(
        {
          ...(command === undefined ? {} : { command }),
          ...(annotations === undefined ? {} : { annotations }),
        },
        image,
      );
      await assert.rejects(container.start(), { name: 'StartError', message: words });
      assert.deepEqual(await exitOf(container), { exitCode: 128, reason: 'StartError' });
    });
  }
});

describe('attach', () => {
  test('sends new output to every client', async () => {
    const container = await node.create({
      command: ['sh', '-c', 'echo early; sleep 1; echo late; echo err >&2; exit 4'],
    });
    await container.start();
    await node.clock.advance(500);
    const clients = [container.attach(OUTPUT), container.attach(OUTPUT)];
    await node.clock.advance(500);
    for (const client of clients) {
      assert.equal(await textOf(client.stdout), 'late\n');
      assert.equal(await textOf(client.stderr), 'err\n');
      assert.equal(await client.ended, undefined);
    }
    assert.equal(await logOf(container), 'early\nlate\nerr\n');
  });

  test('has no output for a terminated container', async () => {
    const container = await node.create({ command: ['echo', 'gone'] });
    await container.start();
    await container.exited;
    assert.equal(await textOf(container.attach(OUTPUT).stdout), '');
  });

  test('with stdinOnce the end of stdin reaches the process', async () => {
    const container = await node.create({
      command: ['sh', '-c', 'wc -c; exit 3'],
      stdin: true,
      stdinOnce: true,
    });
    await container.start();
    const client = container.attach(ALL);
    client.stdin?.end(Buffer.alloc(200_000, 'x'));
    assert.equal(await textOf(client.stdout), '200000\n');
    assert.deepEqual(await exitOf(container), { exitCode: 3, reason: 'Error' });
  });

  test('without stdinOnce the end of stdin only detaches', async () => {
    const container = await node.create({ command: ['cat'], stdin: true });
    await container.start();
    const first = container.attach(ALL);
    first.stdin?.end('hi\n');
    await first.ended;
    await node.clock.advance(1);
    assert.equal(container.state.phase, 'running');
    const second = container.attach(ALL);
    second.stdin?.write('again\n');
    assert.ok(second.stdout !== undefined);
    const [chunk] = (await second.stdout.take(1).toArray()) as Buffer[];
    assert.equal(chunk?.toString(), 'again\n');
  });

  test('on a terminal there are echo, a prompt and ctrl-C', async () => {
    const container = await node.create({ command: ['sh'], stdin: true, tty: true });
    await container.start();
    const client = container.attach({ ...ALL, tty: true });
    client.resize({ width: 100, height: 30 });
    await node.clock.advance(PROMPT_MS);
    // The last input follows the terminal's cursor position report.
    for (const typed of ['stty size\r', 'sleep 100\r', '\x03', '\x1b[12;5Recho $?; exit 5\r']) {
      client.stdin?.write(typed);
      await node.clock.advance(PROMPT_MS);
    }
    const screen = (await textOf(client.stdout)).replaceAll('\x1b[6n', '<cursor?>');
    assert.match(
      screen,
      /stty size\r\n30 100\r\n\/ # <cursor\?>sleep 100\r\n\^C\r\n\/ # <cursor\?>echo \$\?; exit 5\r\n130\r\n$/,
    );
    assert.deepEqual(await exitOf(container), { exitCode: 5, reason: 'Error' });
  });

  test('a client that does not read blocks the container, and loses nothing', async () => {
    const size = 100 * 1024 * 1024;
    const command = ['sh', '-c', `sleep 1; head -c ${size} /dev/zero`];
    const container = await node.create({ command });
    await container.start();
    const client = container.attach(OUTPUT);
    await node.clock.advance(1000);
    for (let turn = 0; turn < 10_000; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    assert.equal(container.state.phase, 'running');
    let received = 0;
    for await (const chunk of client.stdout ?? []) received += (chunk as Buffer).length;
    assert.equal(received, size);
    await container.exited;
  });
});

describe('exec', () => {
  const cases: readonly (readonly [
    command: string[],
    out: string,
    err: string,
    code: number,
    input?: string,
  ])[] = [
    [['true'], '', '', 0],
    [['sh', '-c', 'echo out; echo err >&2; exit 3'], 'out\n', 'err\n', 3],
    [['cat'], 'in', '', 0, 'in'],
    [['hostname'], 'web\n', '', 0],
    [['sh', '-c', 'kill -15 $$'], '', '', 143],
    [['sh'], 'x\n', '', 0, 'echo x\n'],
  ];
  for (const [command, out, err, code, input = ''] of cases) {
    test(command.join(' '), async () => {
      const container = await node.create({ command: ['sleep', 'infinity'] });
      await container.start();
      const remote = container.exec(command, ALL);
      remote.stdin?.end(input);
      const texts = Promise.all([textOf(remote.stdout), textOf(remote.stderr)]);
      assert.equal((await remote.ended)?.exitCode, code);
      assert.deepEqual(await texts, [out, err]);
      assert.equal(await logOf(container), '');
    });
  }

  test('ps shows the processes of the container, and ls its files', async () => {
    const container = await node.create({ command: ['sh', '-c', 'touch /tmp/mine; sleep infinity'] });
    await container.start();
    await node.clock.advance(1);
    const remote = container.exec(['sh', '-c', 'ps; ls /tmp; ls /nowhere; ls -d /etc'], OUTPUT);
    const [out, err] = await Promise.all([textOf(remote.stdout), textOf(remote.stderr)]);
    const rows = out.split('\n').map((line) => line.replace(/^ *\d+ root +/, ''));
    assert.deepEqual(rows, [
      'PID   USER     COMMAND',
      'sh -c touch /tmp/mine; sleep infinity',
      'sleep infinity',
      'sh -c ps; ls /tmp; ls /nowhere; ls -d /etc',
      'ps',
      'mine',
      '/etc',
      '',
    ]);
    assert.equal(err, 'ls: /nowhere: No such file or directory\n');
  });

  test('a shell with one command is replaced by it', async () => {
    const container = await node.create({ command: ['sh', '-c', 'sleep infinity'] });
    await container.start();
    await node.clock.advance(1);
    const out = await textOf(container.exec(['ps'], OUTPUT).stdout);
    assert.deepEqual(out.match(/root +.*/g), ['root     sleep infinity', 'root     ps']);
  });

  test('fails for an unknown program', async () => {
    const container = await node.create({ command: ['sleep', 'infinity'] });
    await container.start();
    await assert.rejects(
      container.exec(['nosuch'], ALL).ended ?? assert.fail(),
      /exec: "nosuch": executable file not found in \$PATH$/,
    );
  });

  test('ends with the container', async () => {
    const container = await node.create({ command: ['sleep', 'infinity'] });
    await container.start();
    const remote = container.exec(['sleep', '100'], ALL);
    container.signal('SIGKILL');
    assert.equal((await remote.ended)?.exitCode, 137);
  });
});

describe('images', () => {
  const cases: readonly (readonly [reference: string, reason: string, words: RegExp])[] = [
    ['simulated/not-found', 'ErrImagePull', /docker\.io\/simulated\/not-found:latest: not found$/],
    ['nosuch/image:v1', 'ErrImagePull', /docker\.io\/nosuch\/image:v1: not found$/],
    ['nosuch:1', 'ErrImagePull', /docker\.io\/library\/nosuch:1: not found$/],
    ['simulated/unauthorized', 'ErrImagePull', /401 Unauthorized$/],
    [
      'example.com/private/x:1',
      'ErrImagePull',
      /HEAD request to https:\/\/example\.com\/v2\/private\/x\/manifests\/1: 401 Unauthorized$/,
    ],
    ['simulated/too-many-requests', 'ErrImagePull', /429 Too Many Requests$/],
    ['registry.invalid/x', 'ErrImagePull', /dial tcp: lookup registry\.invalid: no such host$/],
    ['Not Valid', 'InvalidImageName', /invalid reference format/],
  ];
  for (const [reference, reason, words] of cases) {
    test(`${reference} cannot be pulled`, async () => {
      const pulling = assert.rejects(node.runtime.images.pull(reference), { reason, message: words });
      await node.clock.advance(10);
      await pulling;
    });
  }

  test('a slow image takes its time, and is on the node afterwards', async () => {
    let image: string | undefined;
    void node.runtime.images.pull('simulated/slow-pull:6s').then((pulled) => (image = pulled.reference));
    await node.clock.advance(5999);
    assert.equal(image, undefined);
    await node.clock.advance(1);
    assert.equal(image, 'docker.io/simulated/slow-pull:6s');
    assert.equal(node.runtime.images.status('simulated/slow-pull:6s')?.reference, image);
  });

  test('a pull that never completes can be aborted', async () => {
    const controller = new AbortController();
    const pulling = assert.rejects(
      node.runtime.images.pull('simulated/never-pulled', controller.signal),
      /enough/,
    );
    await node.clock.advance(1e9);
    controller.abort(new Error('enough'));
    await pulling;
  });

  test('a flaky image can be pulled after its failures', async () => {
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const pulling = node.runtime.images.pull('simulated/flaky:2').then(
        () => outcomes.push('pulled'),
        () => outcomes.push('failed'),
      );
      await node.clock.advance(10);
      await pulling;
    }
    assert.deepEqual(outcomes, ['failed', 'failed', 'pulled']);
  });
});

describe('a pod', () => {
  test('is the same for the same seed, regardless of earlier pods', async () => {
    const look = async (seed: number, others: readonly string[]): Promise<string[]> => {
      const own = new TestNode({ seed, startDelayMs: 100, jitter: 0.5 });
      try {
        for (const name of others) await own.pod(name);
        const container = await own.create({ command: ['sh', '-c', 'echo $RANDOM $RANDOM'] });
        const started = container.start();
        await own.clock.advance(150);
        await started;
        await container.exited;
        const { state } = container;
        const delay = state.phase === 'exited' ? String(state.finishedAt.getTime()) : '';
        return [container.id, await logOf(container), delay];
      } finally {
        await own.stop();
      }
    };
    const first = await look(1, []);
    assert.deepEqual(await look(1, ['other', 'another']), first);
    const second = await look(2, []);
    for (const [index, value] of first.entries()) assert.notEqual(second[index], value);
  });

  test('has ports that respond according to an annotation, as a service, or not at all', async () => {
    const scripted = await node.pod('scripted', {
      annotations: annotated({ 'port.7': 'read x; echo "you said $x"' }),
    });
    const connection = await scripted.connect(7);
    connection.write('hello\n');
    assert.equal(await textOf(connection), 'you said hello\n');
    await assert.rejects(scripted.connect(8), /connection refused$/);
    assert.deepEqual([await scripted.probePort(7, 1), await scripted.probePort(8, 1)], [true, false]);

    const service = await node.create({}, 'example.com/app:v1');
    await service.start();
    const http = await (await node.pod('web')).connect(8080);
    http.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(await textOf(http), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nsimulated\n$/);
  });

  test('refuses a target container that is not running', async () => {
    await assert.rejects(
      node.create({ targetContainerId: 'gone' }),
      /invalid target container: container "gone" is not running/,
    );
  });

  test('a container in the PID namespace of another terminates with it', async () => {
    const target = await node.create({}, 'example.com/app:v1');
    await target.start();
    const joined = await node.create({
      name: 'dbg',
      targetContainerId: target.id,
      command: ['sleep', '3600'],
    });
    await joined.start();
    await node.clock.advance(1000);
    target.signal('SIGTERM');
    await node.clock.advance(1000);
    assert.deepEqual(
      [joined.state.phase, 'exitCode' in joined.state && joined.state.exitCode],
      ['exited', 137],
    );
  });
});
