// Copies that are killed or lose their connections at arbitrary moments: an incomplete file never has its final name, and the
// next copy resumes it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { Container, Volume } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG, runDbg } from './command.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { missingForOwnImages } from './real-containers.ts';
import { openTestCluster, type TestCluster } from './world.ts';

const missing = missingForOwnImages();
const notRoot = process.getuid?.() === 0 ? false : 'only root can have volumes in memory';

/** Number of interruptions of each copy: ten with KUBECTL_DBG_E2E_LARGE=1. */
const CUTS = process.env.KUBECTL_DBG_E2E_LARGE === '1' ? 10 : 3;
const MIB = 1024 * 1024;
const SIZE = CUTS * 6 * MIB;
/** More than the traffic before the copy: each GET of the pod contains all its debug containers. */
const MIN_BYTES = 2 * MIB;
const PATIENCE_MS = 60_000;

describe('interrupted copies', { skip: missing ?? false }, () => {
  let world: TestCluster;
  let proxy: CuttingProxy;
  let directory: string;
  const content = randomBytes(SIZE);
  const at = (name: string) => join(directory, name);

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-cuts-'));
    writeFileSync(at('large'), content);
    world = await openTestCluster();
    proxy = await startCuttingProxy(world.env, directory);
    const memory = { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } };
    const volumeMounts = [{ name: 'memory', mountPath: '/memory' }];
    await Promise.all([
      pod(
        'box',
        { name: 'box', image: world.images.tools, command: ['sleep', '1000000'], volumeMounts },
        memory,
      ),
      pod('bare', { name: 'bare', image: 'example.com/distroless/neato:v1', volumeMounts }, memory),
    ]);
  });
  after(async () => {
    await proxy.stop();
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function pod(name: string, container: Container, volume: Volume): Promise<void> {
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 1, containers: [container], volumes: [volume] },
    });
  }

  const cp = (from: string, to: string) =>
    runDbg(['cp', from, to, '-n', world.namespace], { env: world.env, timeout: PATIENCE_MS });
  const inside = (target: string, line: string) =>
    runDbg([target, '-n', world.namespace, '-q', '--enter', '--', 'sh', '-c', line], { env: world.env });

  /** Starts a copy, and calls `end` after this number of bytes; returns the result. */
  async function cutAfter(
    bytes: number,
    words: readonly string[],
    end: (child: ChildProcess) => void,
    input?: Buffer,
  ): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(process.execPath, [KUBECTL_DBG, 'cp', ...words, '-n', world.namespace], {
      env: proxy.env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    proxy.after(bytes, () => end(child));
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    clearTimeout(timer);
    return { code: code as number | null, stderr };
  }

  const kill = (child: ChildProcess): void => {
    child.once('exit', () => proxy.cut());
    child.kill('SIGKILL');
  };
  const ways: [what: string, end: (child: ChildProcess) => void][] = [
    ['the client is killed', kill],
    ['the connection breaks', () => void proxy.cut()],
  ];
  for (const target of ['box', 'bare']) {
    for (const [what, end] of ways) {
      const name = `${target}-${what.replaceAll(' ', '-')}`;
      test(`into ${target}: ${what}`, async () => {
        for (let cut = 0; cut < CUTS; cut += 1) {
          const { code, stderr } = await cutAfter(
            randomInt(MIN_BYTES, Math.floor(SIZE / CUTS)),
            [at('large'), `${target}:/${name}`],
            end,
          );
          assert.notEqual(code, 0, stderr);
          if (end === kill) continue;
          assert.equal(code, 74, stderr);
          assert.match(
            stderr,
            new RegExp(
              `^error: .*Run the same command again to resume from .* kept as /\\.${name}\\.kubectl-dbg-partial\\.?\\n$`,
            ),
          );
        }
        const there = await inside(target, `ls -A / | grep ${name}`);
        assert.equal(there.stdout, `.${name}.kubectl-dbg-partial\n`, there.stderr);
        const resumed = await cp(at('large'), `${target}:/${name}`);
        assert.equal(resumed.code, 0, resumed.stderr);
        assert.match(resumed.stderr, /^Copied .*, resumed after .*/m);
        const hash = await inside(target, `sha256sum </${name}`);
        assert.equal(hash.stdout.split(' ')[0], createHash('sha256').update(content).digest('hex'));
      });

      test(`out of ${target}: ${what}`, async () => {
        assert.equal((await cp(at('large'), `${target}:/source`)).code, 0);
        for (let cut = 0; cut < CUTS; cut += 1) {
          const { code, stderr } = await cutAfter(
            randomInt(MIN_BYTES, Math.floor(SIZE / CUTS)),
            [`${target}:/source`, at(name)],
            end,
          );
          assert.notEqual(code, 0, stderr);
          if (end !== kill) assert.equal(code, 74, stderr);
          assert.equal(statSync(at(name), { throwIfNoEntry: false }), undefined);
        }
        const { size } = statSync(at(`.${name}.kubectl-dbg-partial`));
        // What a killed client has not come to read yet is not in the file.
        if (end !== kill) assert.ok(size > 0);
        const resumed = await cp(`${target}:/source`, at(name));
        assert.equal(resumed.code, 0, resumed.stderr);
        assert.match(resumed.stderr, size > 0 ? /^Copied .*, resumed after .*/m : /^Copied /m);
        assert.ok(readFileSync(at(name)).equals(content));
      });
    }

    test(`into ${target}: stdin and directories arrive completely or not at all`, async () => {
      mkdirSync(at('tree'), { recursive: true });
      for (let index = 0; index < 800; index += 1) writeFileSync(at(`tree/${index}`), randomBytes(8192));
      for (const end of [kill, () => proxy.cut()]) {
        for (const [from, to, input] of [
          ['-', '/streamed', content],
          [at('tree'), '/tree', undefined],
        ] as const) {
          const bytes = randomInt(MIN_BYTES, 2 * MIN_BYTES);
          const { code, stderr } = await cutAfter(bytes, [from, `${target}:${to}`], end, input);
          assert.notEqual(code, 0, stderr);
        }
      }
      // Temporary files exist until the last interrupted copy has read the end of its input.
      const script =
        'i=0; while [ $i -lt 100 ] && ls -A / | grep -qE "dbg|streamed|tree"; do sleep 0.1; i=$((i+1)); done; ls -A / | grep -E "dbg-|streamed|tree"';
      const left = await inside(target, script);
      assert.equal(left.stdout.replaceAll(/^\..*kubectl-dbg-partial\n/gm, ''), '', left.stderr);
    });

    test(
      `into ${target}: a full file system is reported, and the partial file deleted`,
      { skip: notRoot },
      async () => {
        for (const [from, input] of [
          [at('large'), undefined],
          ['-', content],
          [at('tree'), undefined],
        ] as const) {
          if (from === at('tree')) writeFileSync(at('tree/more'), content);
          const args = ['cp', from, `${target}:/memory/copy`, '-n', world.namespace];
          const full = await runDbg(args, { env: world.env, ...(input === undefined ? {} : { input }) });
          assert.equal(full.code, 74, full.stderr);
          assert.match(
            full.stderr.split('\n').at(-2) ?? '',
            /^error: could not copy to \/memory\/copy in the container: no space left on device\. Free space there/,
          );
          const left = await inside(target, 'ls -A /memory');
          assert.equal(left.stdout, '', left.stderr);
        }
      },
    );
  }

  test('ctrl-C names the partial file, and the command that deletes it', async () => {
    const interrupt = (child: ChildProcess) => void child.kill('SIGINT');
    const up = await cutAfter(2 * MIB, [at('large'), 'box:/interrupted'], interrupt);
    assert.equal(up.code, 130, up.stderr);
    assert.match(
      up.stderr,
      /^What has come is kept in the container as \/\.interrupted\.kubectl-dbg-partial\. Give the same command again .*-- rm \/\.interrupted\.kubectl-dbg-partial$/m,
    );
    assert.equal((await cp(at('large'), 'box:/interrupted')).code, 0);
    const down = await cutAfter(2 * MIB, ['box:/interrupted', at('down')], interrupt);
    assert.equal(down.code, 130, down.stderr);
    assert.match(
      down.stderr,
      /^What has come is kept as .*\/\.down\.kubectl-dbg-partial\. .*remove it with: rm .*\/\.down\.kubectl-dbg-partial$/m,
    );
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.includes('down')),
      ['.down.kubectl-dbg-partial'],
    );
  });
});
