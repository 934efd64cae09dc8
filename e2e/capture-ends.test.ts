// A capture that is interrupted at any stage: it ends soon, leaves a complete file or none, and no capture keeps running.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster } from 'kubectl-dbg';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG } from './command.ts';
import { missingForOwnImages } from './real-containers.ts';

// The sandbox's debian image is this machine's /usr.
const noTcpdump = ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'].some((path) => existsSync(path))
  ? undefined
  : 'tcpdump is not installed (Debian package tcpdump)';
const missing = missingForOwnImages() ?? noTcpdump;

const POD = '/api/v1/namespaces/default/pods/web';
/** One second, or two if it must look for the result of an unanswered write, plus a margin for a busy machine. */
const MAX_MS = 5_000;
const PATIENCE_MS = 60_000;
/** Nothing, but what is said after three seconds of waiting, which a busy machine may take. */
const SILENT = /^(?:Waiting for [^\n]*\n)*$/;
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type EndingSignal = keyof typeof CODES;

describe('interrupted captures', { skip: missing ?? false }, () => {
  let sandbox: Sandbox;
  let cluster: Cluster;
  let directory: string;
  /** Debug containers that a message has named as remaining. */
  const named = new Set<string>();

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-capture-'));
    sandbox = await startSandbox({ runtime: 'runc' });
    cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
    const containers = [
      { name: 'service', image: 'example.com/distroless/http-service:v1' },
      // Causes packets.
      {
        name: 'asks',
        image: 'busybox',
        command: ['sh', '-c', 'while :; do wget -q -O /dev/null http://127.0.0.1:8080/; sleep 0.1; done'],
      },
    ];
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers } };
    await cluster.request({ method: 'POST', path: '/api/v1/namespaces/default/pods', body });
    await until('the pod runs', async () => (await pod()).status?.phase === 'Running');
  });
  afterEach(() => sandbox.faults.clear());
  after(async () => {
    await cluster.close();
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const pod = () => cluster.request<Pod>({ method: 'GET', path: POD });

  async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
      await delay(20);
    }
  }

  function start(file: string) {
    const words = ['pcap', 'web', '-w', file, '--image=debian', '--interface=lo'];
    const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
    const child = spawn(process.execPath, [KUBECTL_DBG, ...words], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const output = { stderr: '' };
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    return { child, output, ended: once(child, 'close') as Promise<[number | null]> };
  }

  /** The packets of a complete file. */
  function packetsOf(path: string): number {
    const file = readFileSync(path);
    assert.equal(file.readUInt32LE(0), 0xa1b2c3d4);
    let count = 0;
    for (let at = 24; at < file.length; count += 1) {
      assert.ok(at + 16 <= file.length && at + 16 + file.readUInt32LE(at + 8) <= file.length, 'it is cut');
      at += 16 + file.readUInt32LE(at + 8);
    }
    return count;
  }

  /** Checks that all debug containers terminate; by themselves they would run for two days. */
  async function assertEnded(): Promise<void> {
    sandbox.faults.clear();
    await until('what was made has ended', async () =>
      ((await pod()).status?.ephemeralContainerStatuses ?? []).every(
        ({ name, state }) => state?.terminated !== undefined || named.has(name),
      ),
    );
  }

  const stall = { kind: 'stall' } as const;
  const patch = { verb: 'patch' } as const;
  const phases: [what: string, fault: Fault, said: RegExp][] = [
    [
      'while its write is not answered',
      { point: 'request', match: patch, action: stall },
      /may have been added/,
    ],
    ['while its exec is not answered', { point: 'handshake', match: {}, times: 1, action: stall }, SILENT],
  ];
  for (const [what, fault, said] of phases) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] satisfies EndingSignal[]) {
      test(`${signal} ${what}`, async () => {
        const active = sandbox.faults.add(fault);
        const file = join(directory, `${signal}-${what.replaceAll(' ', '-')}.pcap`);
        const { child, output, ended } = start(file);
        await active.untilHit();
        const begun = performance.now();
        child.kill(signal);
        const [code] = await ended;
        const took = performance.now() - begun;
        assert.deepEqual([code, existsSync(file)], [CODES[signal], false], output.stderr);
        assert.match(output.stderr, said);
        assert.ok(took < MAX_MS, `${took} ms`);
        await assertEnded();
      });
    }
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] satisfies EndingSignal[]) {
    test(`${signal} during the capture`, async () => {
      const file = join(directory, `${signal}.pcap`);
      const { child, output, ended } = start(file);
      await until('it captures', () => existsSync(file) && readFileSync(file).length > 2_000);
      const begun = performance.now();
      child.kill(signal);
      const [code] = await ended;
      const took = performance.now() - begun;
      // The first ctrl-C ends it successfully.
      assert.equal(code, signal === 'SIGINT' ? 0 : CODES[signal], output.stderr);
      assert.ok(took < MAX_MS, `${took} ms`);
      assert.ok(packetsOf(file) > 0);
      await assertEnded();
    });
  }

  test('names a container that it could not stop', async () => {
    const active = sandbox.faults.add({ point: 'handshake', match: {}, action: stall });
    const { child, output, ended } = start(join(directory, 'silent.pcap'));
    await active.untilHit();
    child.kill('SIGTERM');
    const [code] = await ended;
    assert.equal(code, 143, output.stderr);
    assert.match(output.stderr, /^Warning: debug container debugger-\w+ of pod default\/web remains \(/);
    const [, name = ''] = /container (debugger-\w+)/.exec(output.stderr) ?? [];
    named.add(name);
  });

  test('a connection that breaks during the capture', async () => {
    const file = join(directory, 'broken.pcap');
    sandbox.faults.add({
      point: 'stream-output',
      match: { subresource: 'exec' },
      after: { bytes: 10_000 },
      times: 1,
      action: { kind: 'break' },
    });
    const { output, ended } = start(file);
    const [code] = await ended;
    assert.equal(code, 74, output.stderr);
    assert.match(output.stderr, /^error: the capture stopped early/m);
    assert.ok(packetsOf(file) > 0);
    await assertEnded();
  });
});

describe('the ends of a capture whose image is pulled', () => {
  let sandbox: Sandbox;
  let cluster: Cluster;
  let directory: string;
  const PODS = '/api/v1/namespaces/default/pods';
  const getPod = (name: string) => cluster.request<Pod>({ method: 'GET', path: `${PODS}/${name}` });

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-capture-'));
    sandbox = await startSandbox({ runtime: 'simulated' });
    cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
    for (const name of [...Object.keys(CODES), 'never']) {
      const metadata = { name: name.toLowerCase() };
      const spec = { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '36000'] }] };
      await cluster.request({
        method: 'POST',
        path: PODS,
        body: { apiVersion: 'v1', kind: 'Pod', metadata, spec },
      });
      await until(async () => (await getPod(metadata.name)).status?.phase === 'Running');
    }
  });
  afterEach(() => sandbox.faults.clear());
  after(async () => {
    await cluster.close();
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms`);
      await delay(20);
    }
  }

  function start(pod: string, image: string) {
    const file = join(directory, `${pod}.pcap`);
    const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
    const words = [KUBECTL_DBG, 'pcap', pod, '-w', file, `--image=${image}`];
    const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const output = { stderr: '' };
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
    return { child, file, output, ended: once(child, 'close') as Promise<[number | null]> };
  }

  test('a signal ends it soon; what can not be ended is named, and why', async () => {
    sandbox.faults.add({ point: 'image-pull', action: { kind: 'stall' } });
    const signals = Object.keys(CODES) as EndingSignal[];
    await Promise.all(
      signals.map(async (signal) => {
        const name = signal.toLowerCase();
        const { child, file, output, ended } = start(name, 'busybox:v1');
        await until(async () => (await getPod(name)).spec?.ephemeralContainers !== undefined);
        const begun = performance.now();
        child.kill(signal);
        const [code] = await ended;
        const took = performance.now() - begun;
        assert.deepEqual([code, existsSync(file)], [CODES[signal], false], output.stderr);
        assert.ok(took < MAX_MS, `${took} ms`);
        assert.match(
          output.stderr,
          /^Warning: debug container debugger-\w+ of pod default\/sig\w+ (may have been added|remains \((it has not started yet|the server did not answer in time))/m,
        );
      }),
    );
  });

  test('an image that can not be pulled ends it by itself, with what to do', async () => {
    const { file, output, ended } = start('never', 'nosuch:v9');
    const [code] = await ended;
    assert.deepEqual([code, existsSync(file)], [69, false], output.stderr);
    assert.match(output.stderr, /^error: could not capture: image nosuch:v9 .* Correct --image$/m);
  });
});
