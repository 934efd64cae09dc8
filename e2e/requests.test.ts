// The cost of an ephemeral session: connections are counted by the server, requests in the client's trace (-v=6).
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSandbox, type Sandbox } from 'kube-sandbox';
import { runDbg } from './command.ts';
import { measureLoading } from './loaded-code.ts';

describe('cost of a session', () => {
  let sandbox: Sandbox;
  let directory: string;
  let connections = 0;
  let kubeconfig: string;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    connections += 1;
    sockets.add(client);
    const server = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      socket.on('error', () => {
        client.destroy();
        server.destroy();
      });
    }
  });

  before(async () => {
    sandbox = await startSandbox({ runtime: 'simulated' });
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-e2e-'));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const text = await readFile(sandbox.kubeconfig, 'utf8');
    const { port } = proxy.address() as AddressInfo;
    kubeconfig = join(directory, 'config');
    await writeFile(kubeconfig, text.replace(new URL(sandbox.url).host, `127.0.0.1:${port}`));
    const running = new Promise<void>((resolve) => {
      sandbox.store.subscribe('pods', ({ object }) => {
        const status = object.status as { phase?: string } | undefined;
        if (status?.phase === 'Running') resolve();
      });
    });
    const pod = { name: 'web', image: 'busybox', command: ['sleep', '3600'] };
    const run = await runDbg(['--version'], { env: {} });
    assert.equal(run.code, 0);
    const { openCluster, realWorld } = await import('kubectl-dbg');
    const cluster = await openCluster({ kubeconfig }, realWorld());
    await cluster.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [pod] } },
    });
    await running;
    await cluster.close();
  });
  after(async () => {
    await sandbox.stop();
    const closed = new Promise((resolve) => proxy.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
    await rm(directory, { recursive: true, force: true });
  });

  /** Creates a file in the debug container. */
  async function touch(path: string): Promise<void> {
    const { openCluster, realWorld } = await import('kubectl-dbg');
    const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, realWorld());
    const target = { namespace: 'default', pod: 'web', container: 'cost' };
    const streams = { stdin: false, stdout: true, stderr: false, tty: false };
    const command = await cluster.exec({ ...target, ...streams, command: ['touch', path] });
    await command.closed;
    await cluster.close();
  }

  test('sends five requests on two connections, in this order', async () => {
    connections = 0;
    // The command goes on once the client has attached: if it ended before, the log would be read twice.
    const script = 'echo one; until [ -e /attached ]; do sleep 0.1; done; sleep 1; echo two';
    let attached = (): void => {};
    const attaching = new Promise<void>((resolve) => (attached = resolve));
    const run = runDbg(['web', '-q', '-v=6', '-c', 'cost', '--', 'sh', '-c', script], {
      env: { PATH: process.env.PATH, HOME: directory, KUBECONFIG: kubeconfig },
      onStderr: (text) => {
        if (/attach\S* 101/.test(text)) attached();
      },
    });
    await Promise.race([attaching, run]);
    await touch('/attached');
    const result = await run;
    assert.deepEqual(
      { code: result.code, stdout: result.stdout },
      { code: 0, stdout: 'one\ntwo\n' },
      result.stderr,
    );
    const requests = result.stderr
      .split('\n')
      .filter((line) => /^(GET|PATCH|POST|DELETE|PUT) /.test(line))
      .map((line) => line.replace(/[?].* (\d{3}) in .*$/, ' $1').replace(/ in .*$/, ''));
    const pods = '/api/v1/namespaces/default/pods';
    assert.deepEqual(requests.slice(0, 3), [
      `GET ${pods}/web 200`,
      `PATCH ${pods}/web/ephemeralcontainers 200`,
      `GET ${pods} 200`,
    ]);
    assert.deepEqual(requests.slice(3).sort(), [`GET ${pods}/web/attach 101`, `GET ${pods}/web/log 200`]);
    assert.equal(connections, 2);
  });

  // 30 kB are the validation of received objects, the distinction of refusals, and --enter; 2 kB the check that a log is
  // complete, and the end of input of an attach; 3 kB the run that a session follows, the terminal's output, and what an
  // update during the session must not replace.
  test('a session loads at most 445000 bytes of code, and nothing of what it does not use', async () => {
    const { result, loaded, bytes } = await measureLoading(['web', '-q', '--', 'echo', 'one'], {
      KUBECONFIG: kubeconfig,
    });
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 0, stdout: 'one\n' });
    const unused =
      /spdy|exec-plugin|proxy-tunnel|http1-transport|edit|inputs|completion|print-plan|json-|each|doctor|rules|tar-writer/;
    assert.deepEqual(
      loaded.filter((file) => unused.test(file)),
      [],
    );
    assert.ok(loaded.some((file) => file.startsWith('execute-plan')));
    assert.ok(bytes <= 445_000, `${bytes} bytes: ${loaded.join(', ')}`);
  });
});
