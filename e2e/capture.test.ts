// Captures packets of a pod with a real tcpdump, and parses them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { capture, debug } from 'kubectl-dbg';
import { KUBECTL_DBG, runDbg, runProgram } from './command.ts';
import { missingForOwnImages } from './real-containers.ts';
import { openTestCluster, type TestCluster } from './world.ts';

// The sandbox's debian image is this machine's /usr.
const noTcpdump = ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'].some((path) => existsSync(path))
  ? undefined
  : 'tcpdump is not installed (Debian package tcpdump)';
const missing = missingForOwnImages() ?? noTcpdump;
const REQUESTS = 1000;

/** The packets of a capture in pcap format. Throws if it is truncated. */
function packetsOf(file: Buffer): Buffer[] {
  assert.equal(file.readUInt32LE(0), 0xa1b2c3d4, 'magic number of pcap, microseconds, little-endian');
  const packets: Buffer[] = [];
  let at = 24;
  while (at < file.length) {
    const size = file.readUInt32LE(at + 8);
    assert.ok(at + 16 + size <= file.length, 'the last packet is whole');
    packets.push(file.subarray(at + 16, at + 16 + size));
    at += 16 + size;
  }
  return packets;
}

describe('capturing packets', { skip: missing ?? false }, () => {
  let world: TestCluster;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-pcap-'));
    world = await openTestCluster();
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'service',
            image: world.images.distroless,
            readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 2 },
          },
        ],
      },
    });
  });
  after(async () => {
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const pcap = (...flags: string[]) =>
    runDbg(['pcap', 'web', '-n', world.namespace, '--image=debian', ...flags], { env: world.env });

  test('the capture is complete and contains every request', async () => {
    const output = new PassThrough();
    const chunks: Buffer[] = [];
    output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const stop = new AbortController();
    let listening: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (listening = resolve));
    const options = { target: 'web', output, image: 'debian', interface: 'lo', filter: 'tcp port 8080' };
    const capturing = capture(world.cluster, options, { stop: stop.signal, onListening: listening });
    await Promise.race([begun, capturing]);
    const loop = `i=0; while [ $i -lt ${REQUESTS} ]; do wget -q -O /dev/null http://127.0.0.1:8080/ask-$i. || exit 1; i=$((i+1)); done; echo asked`;
    // Stop right after the last response, when the kernel has not delivered its packets yet.
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (chunk.includes('asked')) stop.abort();
        done();
      },
    });
    const asking = { target: 'web', image: 'busybox', command: ['sh', '-c', loop] };
    const asked = await debug(world.cluster, asking, { stdout });
    assert.deepEqual(asked.outcome, { kind: 'exited', code: 0 });
    const result = await capturing;
    const packets = packetsOf(Buffer.concat(chunks));
    assert.equal(packets.length, result.captured);
    assert.equal(result.dropped, 0);
    const text = packets.map((packet) => packet.toString('latin1')).join('\n');
    for (let index = 0; index < REQUESTS; index += 1)
      assert.ok(text.includes(`GET /ask-${index}. `), `request ${index}`);
  });

  test('--duration ends the capture, and only the owner can read the file', async () => {
    const file = join(directory, 'web.pcap');
    writeFileSync(file, 'an earlier capture'.repeat(100_000));
    const result = await pcap('-w', file, '--duration=1s');
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /^Capturing web; ctrl-C ends it\.\n\d+ packets captured, 0 dropped, /m);
    packetsOf(readFileSync(file));
  });

  test('--max-bytes ends the capture, and the file is complete', async () => {
    const file = join(directory, 'small.pcap');
    const capturing = pcap('-w', file, '--interface=lo', '--max-bytes=4Ki', '--duration=1m');
    const over = new AbortController();
    const talk = async (): Promise<void> => {
      const loop = 'while wget -q -O /dev/null http://127.0.0.1:8080/; do :; done';
      await debug(world.cluster, { target: 'web', command: ['sh', '-c', loop] }, { signal: over.signal });
    };
    const talking = talk().catch(() => undefined);
    const result = await capturing;
    over.abort();
    await talking;
    assert.equal(result.code, 0, result.stderr);
    const packets = packetsOf(readFileSync(file));
    assert.match(result.stderr, new RegExp(`^${packets.length} packets captured`, 'm'));
    assert.ok(statSync(file).size >= 4096, String(statSync(file).size));
  });

  test('a failure is one line with an exit code, and creates or changes no file', async () => {
    const file = join(directory, 'refused.pcap');
    const earlier = join(directory, 'earlier.pcap');
    writeFileSync(earlier, 'of an earlier capture');
    const refused = async (code: number, words: RegExp, ...flags: string[]) => {
      const result = await pcap('-w', file, '--duration=20s', ...flags);
      assert.deepEqual([result.code, result.stderr.trim().split('\n').length], [code, 1], result.stderr);
      assert.match(result.stderr, words);
      assert.equal(existsSync(file), false, result.stderr);
      const kept = await pcap('-w', earlier, '--duration=20s', ...flags);
      assert.deepEqual([kept.code, readFileSync(earlier, 'utf8')], [code, 'of an earlier capture']);
    };
    await refused(64, /^error: tcpdump refuses to start: .*syntax error.*--filter/, '--filter=tcp prt 80');
    await refused(64, /^error: tcpdump refuses to start: .*nosuch.*--interface/, '--interface=nosuch0');
    await refused(64, /^error: image busybox has no tcpdump\. .*--image/, '--image=busybox');
  });

  test('without the right to exec no container is created', async () => {
    const before = (await world.getPod('web')).spec?.ephemeralContainers?.length;
    const result = await pcap('--as=somebody', '-w', join(directory, 'none.pcap'));
    assert.equal(result.code, 77, result.stderr);
    assert.equal((await world.getPod('web')).spec?.ephemeralContainers?.length, before);
  });

  test('the deletion of the target ends the capture, and the file is complete', async () => {
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'short' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'service', image: world.images.distroless }],
      },
    });
    const output = new PassThrough();
    const chunks: Buffer[] = [];
    output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const options = { target: 'short', output, image: 'debian' };
    const path = `/api/v1/namespaces/${world.namespace}/pods/short`;
    const capturing = capture(world.cluster, options, {
      onListening: () => void world.cluster.request({ method: 'DELETE', path }).catch(() => undefined),
    });
    await assert.rejects(capturing, { name: 'DbgError', exitCode: 74 });
    packetsOf(Buffer.concat(chunks));
  });

  test('a reader that closes stdout ends the capture', async () => {
    const words = [KUBECTL_DBG, 'pcap', 'web', '-n', world.namespace, '--image=debian', '-w', '-'];
    const line = `${[process.execPath, ...words].map((word) => `'${word}'`).join(' ')} --duration=50s | head -c 24`;
    const reading = runProgram('bash', ['-c', `set -o pipefail; ${line} >/dev/null; echo $?`], {
      env: world.env,
    });
    const over = new AbortController();
    const loop = 'while :; do wget -q -O /dev/null http://127.0.0.1:8080/; sleep 0.2; done';
    const command = ['sh', '-c', loop];
    const talking = debug(world.cluster, { target: 'web', command }, { signal: over.signal }).catch(() => 0);
    const result = await reading;
    over.abort();
    await talking;
    assert.match(result.stdout, /^(?:141|74)$/m, result.stderr);
  });
});
