import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import { noRunc, testNode, type TestNode } from '../../kubelet/testing/test-node.ts';
import type { PodObject } from '../../kubelet/types.ts';

const skip = noRunc ?? false;
const PIPES: StreamOptions = { stdin: true, stdout: true, stderr: true, tty: false };
const TERMINAL: StreamOptions = { stdin: true, stdout: true, stderr: false, tty: true };
const isRunning = (pod: PodObject | undefined): boolean =>
  pod?.status?.containerStatuses?.[0]?.state?.running !== undefined;

/** Collects output, and waits for text in it. */
class Output {
  text = '';
  #wake: (() => void) | undefined;

  constructor(process: RemoteProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.text += chunk.toString('latin1');
        this.#wake?.();
      });
      stream?.on('end', () => this.#wake?.());
    }
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function attach(node: TestNode, streams: StreamOptions): Promise<[RemoteProcess, Output]> {
  const process = await node.agent.attach('default', 'p', 'main', streams);
  return [process, new Output(process)];
}

async function exec(node: TestNode, command: string[], streams = PIPES): Promise<[RemoteProcess, Output]> {
  const process = await node.agent.exec('default', 'p', 'main', command, streams);
  return [process, new Output(process)];
}

// Each test has its own node and mostly waits.
describe('streams of real containers', { concurrency: 3 }, () => {
  test('attach sends new output to all clients, with stderr separate', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      stdin: true,
      command: ['sh', '-c', 'echo early; while read x; do echo "out $x"; echo "err $x" >&2; done'],
    });
    await node.until('p', isRunning);
    // The container is reported as running before its first output.
    while ((await node.logs('p', 'main')) === '') await setTimeout(5);
    const [first, firstOut] = await attach(node, PIPES);
    const [second, secondOut] = await attach(node, { ...PIPES, stdin: false });
    let stderr = '';
    second.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    first.stdin?.write('a\n');
    await Promise.all([firstOut.until(/err a/), secondOut.until(/err a/)]);
    assert.doesNotMatch(firstOut.text, /early/);
    assert.equal(stderr, 'err a\n');
    first.detach();
    assert.equal(await first.ended, undefined);
    second.detach();
    assert.match(await node.logs('p', 'main'), /^early\n/);
  });

  test(
    'the end of stdin detaches; with stdinOnce it closes the stdin of the container',
    { skip },
    async (t) => {
      const node = await testNode(t);
      const command = ['sh', '-c', 'cat; echo end of input'];
      node.create(
        'p',
        { stdin: true, command },
        { containers: [{ name: 'once', stdin: true, stdinOnce: true, command }], restartPolicy: 'Never' },
      );
      await node.until('p', (pod) => pod?.status?.containerStatuses?.every(({ ready }) => ready) ?? false);
      const [plain] = await attach(node, PIPES);
      plain.stdin?.end('x\n');
      assert.equal(await plain.ended, undefined);
      assert.notEqual(node.pod('p').status?.containerStatuses?.[0]?.state?.running, undefined);
      const once = await node.agent.attach('default', 'p', 'once', PIPES);
      const output = new Output(once);
      once.stdin?.end('y\n');
      await once.ended;
      await output.until(/y\nend of input\n/);
    },
  );

  test('with stdinOnce, a detach also closes the stdin of the container', { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      { stdin: true, stdinOnce: true, command: ['sh', '-c', 'cat; exit 5'] },
      { restartPolicy: 'Never' },
    );
    await node.until('p', isRunning);
    const [process, output] = await attach(node, PIPES);
    process.stdin?.write('one\n');
    await output.until(/one/);
    process.detach();
    const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 5);
  });

  test('a terminal echoes, has the requested size, and passes control characters', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { stdin: true, tty: true, command: ['sh'] }, { restartPolicy: 'Never' });
    await node.until('p', isRunning);
    const [process, output] = await attach(node, TERMINAL);
    process.stdin?.write('stty size 2>&1; cat\n');
    await output.until(/stty: standard input/);
    // Between two commands the shell ignores ctrl-C: it is sent once cat responds.
    process.stdin?.write('heard\n');
    await output.until(/heard\r\nheard\r\n/);
    process.stdin?.write('\x03');
    await output.until(/\^C/);
    process.resize({ width: 132, height: 43 });
    process.stdin?.write('stty size; tty\n');
    await output.until(/43 132\r\n\/dev\/pts\/0\r\n/);
    process.stdin?.write('exit 3\n');
    assert.equal(await process.ended, undefined);
    const pod = await node.until('p', (now) => now?.status?.phase === 'Failed');
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 3);
    assert.match(await node.logs('p', 'main'), /43 132\n\/dev\/pts\/0\n/);
    await assert.rejects(node.agent.attach('default', 'p', 'main', TERMINAL), {
      status: 500,
      message: 'container main not found in pod p_default',
    });
  });

  test('attach to a container with a terminal has no separate stderr', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { stdin: true, tty: true, command: ['sh'] });
    await node.until('p', isRunning);
    await assert.rejects(node.agent.attach('default', 'p', 'main', PIPES), {
      status: 500,
      message: 'rpc error: code = InvalidArgument desc = tty and stderr cannot both be true',
    });
  });

  test('exec: separate streams, end of input, exit codes, failed starts', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: ['sleep', '3600'] });
    await node.until('p', isRunning);
    const [cat, output] = await exec(node, ['sh', '-c', 'cat; echo done >&2; exit 9']);
    cat.stdin?.end('in\n');
    assert.deepEqual(await cat.ended, { exitCode: 9 });
    await output.until(/in\n.*done\n|done\nin\n/s);
    for (const [script, exitCode] of [
      ['exit 0', 0],
      ['kill -9 $$', 137],
      ['kill -15 $$', 143],
      ['exit 255', 255],
    ] as const) {
      const [process] = await exec(node, ['sh', '-c', script]);
      assert.equal((await process.ended)?.exitCode, exitCode, script);
    }
    const [absent] = await exec(node, ['nosuch']);
    await assert.rejects(
      absent.ended,
      /^Error: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH$/,
    );
    const [empty] = await exec(node, []);
    await assert.rejects(empty.ended, /OCI runtime exec failed: exec failed: args must not be empty$/);
    await assert.rejects(node.agent.exec('default', 'p', 'nosuch', ['true'], PIPES), {
      status: 500,
      message: 'container not found ("nosuch")',
    });
  });

  test(
    'exec transfers a lot of data in both directions, without loss for a slow reader',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { command: ['sleep', '3600'] });
      await node.until('p', isRunning);
      const size = 20_000_000;
      const [wc, counted] = await exec(node, ['wc', '-c']);
      for (let sent = 0; sent < size; sent += 1_000_000) {
        if (wc.stdin?.write(Buffer.alloc(1_000_000)) === false) {
          await new Promise((resolve) => wc.stdin?.once('drain', resolve));
        }
      }
      wc.stdin?.end();
      await wc.ended;
      await counted.until(new RegExp(`^${size}\n`));
      const process = await node.agent.exec(
        'default',
        'p',
        'main',
        ['head', '-c', String(size), '/dev/zero'],
        PIPES,
      );
      let received = 0;
      for await (const chunk of process.stdout ?? []) {
        received += (chunk as Buffer).length;
        if (received % 7 === 0) await setTimeout(1);
      }
      assert.equal(received, size);
    },
  );

  test(
    'a stream that is read slowly blocks the other, and neither accumulates listeners',
    { skip },
    async (t) => {
      const node = await testNode(t);
      node.create('p', { command: ['sleep', '3600'] });
      await node.until('p', isRunning);
      const script =
        'i=0; while [ $i -lt 100 ]; do head -c 65536 /dev/zero; head -c 65536 /dev/zero >&2; i=$((i+1)); done';
      const process = await node.agent.exec('default', 'p', 'main', ['sh', '-c', script], PIPES);
      // Nobody reads stderr until it is full and the exec waits for it.
      const isFull = () => (process.stderr?.listenerCount('drain') ?? 0) > 0;
      const full = async (): Promise<void> => {
        while (!isFull()) await setTimeout(5);
      };
      let most = 0;
      const read = async (stream: RemoteProcess['stdout'], rest: number): Promise<number> => {
        let received = 0;
        for await (const chunk of stream ?? []) {
          received += (chunk as Buffer).length;
          most = Math.max(most, process.stderr?.listenerCount('drain') ?? 0);
          if (rest > 0) await setTimeout(rest);
        }
        return received;
      };
      const received = await Promise.all([
        read(process.stdout, 0),
        full().then(() => read(process.stderr, 2)),
      ]);
      assert.deepEqual(received, [6_553_600, 6_553_600]);
      assert.equal(most, 1);
    },
  );

  test('the process of an exec keeps running after a detach', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', { command: ['sleep', '3600'] });
    await node.until('p', isRunning);
    const [process, output] = await exec(node, ['sh', '-c', 'echo up; exec sleep 777']);
    await output.until(/up/);
    process.detach();
    const { output: list } = await node.exec('p', 'main', ['ps', '-o', 'args']);
    assert.match(list, /^sleep 777$/m);
  });

  test('port-forward reaches a port of the pod', { skip }, async (t) => {
    const node = await testNode(t);
    node.create('p', {
      image: 'example.com/distroless/http-service:v1',
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    });
    await node.until('p', (pod) => pod?.status?.containerStatuses?.[0]?.ready === true);
    const connection = await node.agent.portForward('default', 'p', 8080);
    connection.write('GET / HTTP/1.0\r\n\r\n');
    let text = '';
    for await (const chunk of connection) text += String(chunk);
    assert.match(text, /^HTTP\/1\.1 200 OK[^]*hello from p, request 1\n$/);
  });

  test('a slow client blocks nobody and receives everything', { skip }, async (t) => {
    const node = await testNode(t);
    node.create(
      'p',
      { stdin: true, command: ['sh', '-c', 'read x; seq 1 300000; echo the end'] },
      { restartPolicy: 'Never' },
    );
    await node.until('p', isRunning);
    const [quick, quickOut] = await attach(node, PIPES);
    const slow = await node.agent.attach('default', 'p', 'main', { ...PIPES, stdin: false });
    quick.stdin?.write('go\n');
    await node.until('p', (pod) => pod?.status?.phase === 'Succeeded');
    await quickOut.until(/the end\n$/);
    let text = '';
    for await (const chunk of slow.stdout ?? []) text += String(chunk);
    assert.equal(text, quickOut.text);
    assert.equal(text.split('\n').length, 300_002);
  });
});
