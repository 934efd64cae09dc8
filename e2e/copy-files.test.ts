// Copies files from a container without tar and shell, and into a writable one.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyFiles } from 'kubectl-dbg';
import type { Container } from 'kubernetes-types/core/v1.d.ts';
import { KUBECTL_DBG, runDbg, runProgram } from './command.ts';
import { missingForOwnImages } from './real-containers.ts';
import { openTestCluster, type TestCluster } from './world.ts';

const missing = missingForOwnImages();

/** KUBECTL_DBG_E2E_LARGE=1 copies 10,000 files and 2 GiB, otherwise a fraction of that. */
const LARGE = process.env.KUBECTL_DBG_E2E_LARGE === '1';
const FILES = LARGE ? 10_000 : 500;
const MIB = 1024 * 1024;
const SIZE = LARGE ? 2048 * MIB : 24 * MIB;

describe('copying files', { skip: missing ?? false }, () => {
  let world: TestCluster;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'kubectl-dbg-copy-'));
    world = await openTestCluster();
    await Promise.all([
      pod('web', { name: 'service', image: world.images.distroless }),
      pod('neato', { name: 'neato', image: 'example.com/distroless/neato:v1' }),
      pod('box', { name: 'box', image: world.images.tools, command: ['sleep', '1000000'] }),
      pod('user', {
        name: 'box',
        image: world.images.tools,
        command: ['sleep', '1000000'],
        securityContext: { runAsUser: 1000 },
      }),
      pod('full', {
        name: 'neato',
        image: 'example.com/distroless/neato:v1',
        securityContext: { readOnlyRootFilesystem: true },
      }),
    ]);
  });
  after(async () => {
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function pod(name: string, container: Container): Promise<void> {
    await world.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 1, containers: [container] },
    });
  }

  const cp = (from: string, to: string, ...flags: string[]) =>
    runDbg(['cp', from, to, '-n', world.namespace, ...flags], { env: world.env });
  const at = (name: string) => join(directory, name);

  /** Names, types, modes, times and hashes of all files below a directory. */
  function look(path: string): string[] {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const name = file.slice(path.length);
        if (entry.isSymbolicLink()) return `${name} -> ${readlinkSync(file)}`;
        const { mode, mtimeMs } = statSync(file);
        const facts = `${name} ${mode.toString(8)}`;
        // busybox tar sets a directory's time before it writes into it.
        if (entry.isDirectory()) return facts;
        return `${facts} ${Math.floor(mtimeMs / 1000)} ${hashOf(readFileSync(file))}`;
      })
      .toSorted();
  }

  test('a directory is unchanged after copying in and out: files, links, modes, times of files', async () => {
    const tree = at('tree');
    mkdirSync(join(tree, 'deep/er'), { recursive: true, mode: 0o750 });
    for (let index = 0; index < FILES; index += 1) {
      const file = join(tree, index % 2 === 0 ? 'deep' : 'deep/er', `${index} ä`);
      writeFileSync(file, randomBytes(index % 700), { mode: index % 3 === 0 ? 0o600 : 0o755 });
    }
    symlinkSync('deep/er', join(tree, 'link'));
    writeFileSync(join(tree, '-n'), 'a name like a flag');
    const sent = await cp(tree, 'neato:/data');
    assert.equal(sent.code, 0, sent.stderr);
    const got = await cp('neato:/data', at('back'));
    assert.equal(got.code, 0, got.stderr);
    assert.deepEqual(look(at('back')), look(tree));
    // The second time, the directory exists, and the copy goes into it.
    assert.equal((await cp('neato:/data', at('back'))).code, 0);
    assert.deepEqual(look(at('back/data')), look(tree));
  });

  test('a large file is copied in and out with little memory', async () => {
    const file = at('large');
    const hash = createHash('sha256');
    rmSync(file, { force: true });
    for (let size = 0; size < SIZE; size += 8 * MIB) {
      const chunk = randomBytes(8 * MIB);
      hash.update(chunk);
      writeFileSync(file, chunk, { flag: 'a' });
    }
    const sent = await cp(file, 'neato:/large', '--owner=1000:1001');
    assert.equal(sent.code, 0, sent.stderr);
    const got = await cp('neato:/large', at('large.back'));
    assert.equal(got.code, 0, got.stderr);
    assert.equal(statSync(at('large.back')).size, SIZE);
    assert.equal(hashOf(readFileSync(at('large.back'))), hash.digest('hex'));
    const owner = await runDbg(
      ['neato', '-n', world.namespace, '-q', '--enter', '--', 'stat', '-c', '%u:%g', '/large'],
      { env: world.env },
    );
    assert.equal(owner.stdout, '1000:1001\n', owner.stderr);
  });

  test('an interrupted download resumes if the partial file is still a prefix', async () => {
    const partial = at('.again.kubectl-dbg-partial');
    const part = Math.floor(SIZE / 3);
    cpSync(at('large'), partial);
    truncateSync(partial, part);
    const resumed = await cp('neato:/large', at('again'));
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stderr, /^Copied .*, resumed after .*,/m);
    assert.equal(hashOf(readFileSync(at('again'))), hashOf(readFileSync(at('large'))));
    writeFileSync(partial, 'something else');
    rmSync(at('again'));
    const anew = await cp('neato:/large', at('again'));
    assert.doesNotMatch(anew.stderr, /resumed after/);
    assert.equal(hashOf(readFileSync(at('again'))), hashOf(readFileSync(at('large'))));
  });

  test('an interrupted download leaves no incomplete file, and the next one resumes it', async () => {
    const over = new AbortController();
    const options = {
      target: 'neato',
      from: { container: '/large' },
      to: { local: at('cut') },
      platform: process.platform,
    };
    const copying = copyFiles(world.cluster, options, {
      signal: over.signal,
      onProgress: (bytes) => {
        if (bytes > MIB) over.abort(new Error('cut'));
      },
    });
    await assert.rejects(copying, /cut/);
    assert.throws(() => statSync(at('cut')), { code: 'ENOENT' });
    const result = await copyFiles(world.cluster, options);
    assert.ok(result.resumed >= MIB && result.resumed + result.bytes === SIZE, JSON.stringify(result));
    assert.equal(hashOf(readFileSync(at('cut'))), hashOf(readFileSync(at('large'))));
  });

  test('an interrupted upload leaves no incomplete file, and the next one resumes it', async () => {
    for (const target of ['neato', 'box']) {
      const over = new AbortController();
      const options = { target, from: { local: at('large') }, to: { container: '/sent' } };
      const copying = copyFiles(world.cluster, options, {
        signal: over.signal,
        onProgress: (bytes) => {
          if (bytes > SIZE / 2) over.abort(new Error('cut'));
        },
      });
      await assert.rejects(copying, /cut/);
      const half = await cp(`${target}:/sent`, at('none'));
      assert.equal(half.code, 66, half.stderr);
      const result = await copyFiles(world.cluster, options);
      assert.ok(result.resumed > 0 && result.resumed + result.bytes === SIZE, JSON.stringify(result));
      assert.equal(result.via, target === 'box' ? 'exec' : 'debug');
      assert.equal((await cp(`${target}:/sent`, at('returned'))).code, 0);
      assert.equal(hashOf(readFileSync(at('returned'))), hashOf(readFileSync(at('large'))));
    }
  });

  test('an upload restarts if the partial file is not a prefix', async () => {
    const script = 'echo other >/.again.kubectl-dbg-partial; ln -s /etc/passwd /.twice.kubectl-dbg-partial';
    const made = await runDbg(['neato', '-n', world.namespace, '-q', '--enter', '--', 'sh', '-c', script], {
      env: world.env,
    });
    assert.equal(made.code, 0, made.stderr);
    for (const name of ['again', 'twice']) {
      const sent = await cp(at('tree/-n'), `neato:/${name}`);
      assert.equal(sent.code, 0, sent.stderr);
      assert.doesNotMatch(sent.stderr, /resumed after/);
      assert.equal((await cp(`neato:/${name}`, '-')).stdout, 'a name like a flag');
    }
  });

  test('uses tar in the container, and a debug container only if that fails', async () => {
    const debuggers = async (name: string) =>
      (await world.getPod(name)).spec?.ephemeralContainers?.length ?? 0;
    const before = [await debuggers('box'), await debuggers('user')];
    assert.equal((await cp(at('tree'), 'box:/tree')).code, 0);
    const got = await cp('box:/tree', at('direct'));
    assert.match(got.stderr, /^Copied [^a-z]* [KM]?i?B, /m);
    assert.deepEqual(look(at('direct')), look(at('tree')));
    // The user of that container may not write there, but root may.
    const denied = await cp(at('tree/-n'), 'user:/note', '--via=exec');
    assert.deepEqual([denied.code, denied.stderr.trim().split('\n').length], [74, 1], denied.stderr);
    assert.match(denied.stderr, /container's user may not write \/note: Permission denied.*--via=debug/);
    assert.deepEqual([await debuggers('box'), await debuggers('user')], before);
    const through = await cp(at('tree/-n'), 'user:/note');
    assert.match(through.stderr, /through a debug container/);
    const none = await cp('neato:/note', '-', '--via=exec');
    assert.equal(none.code, 64, none.stderr);
    assert.match(none.stderr, /the container has no sh.*--via=debug/);
    assert.equal((await cp('box:/tree/-n', '-', '--via=debug')).stdout, 'a name like a flag');
    assert.equal(await debuggers('box'), (before[0] ?? 0) + 1);
    assert.equal((await cp('box:/tree/-n', '-', '--via=exec', '--image=busybox')).code, 64);
  });

  test('a copy into an existing directory merges, and keeps other files', async () => {
    mkdirSync(at('more/deep/new'), { recursive: true });
    writeFileSync(at('more/deep/new/file'), 'new');
    writeFileSync(at('more/.hidden'), 'hidden');
    writeFileSync(at('more/-n'), 'changed');
    for (const target of ['box', 'neato']) {
      if (target === 'neato') assert.equal((await cp(at('tree'), 'neato:/tree')).code, 0);
      cpSync(at('more'), at('sent/tree'), { recursive: true });
      const sent = await cp(at('sent/tree'), `${target}:/`);
      assert.equal(sent.code, 0, sent.stderr);
      const got = await cp(`${target}:/tree`, at(`merged-${target}`));
      assert.equal(got.code, 0, got.stderr);
      const expected = at(`expected-${target}`);
      cpSync(at('tree'), expected, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      cpSync(at('sent/tree'), expected, { recursive: true, preserveTimestamps: true });
      assert.deepEqual(namesBelow(at(`merged-${target}`)), namesBelow(expected));
      assert.equal(readFileSync(join(at(`merged-${target}`), '-n'), 'utf8'), 'changed');
    }
  });

  test('stdin and stdout, and paths from the working directory', async () => {
    const sent = await runDbg(['cp', '-', 'neato:/note', '-n', world.namespace], {
      env: world.env,
      input: 'by hand\n',
    });
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal((await cp('neato:/note', '-')).stdout, 'by hand\n');
    const script = await cp(`${world.namespace}/web:service:server.js`, '-');
    assert.match(script.stdout, /createServer/, script.stderr);
  });

  test('a full local disk is reported, and no incomplete file remains', async () => {
    mkdirSync(at('no-space'));
    for (const source of ['box:/bin/busybox', 'box:/bin']) {
      const words = [process.execPath, KUBECTL_DBG, 'cp', '-n', world.namespace, source, at('no-space/copy')];
      const limited = ['-c', 'ulimit -f 512; exec "$@"', 'bash', ...words];
      const result = await runProgram('bash', limited, { env: world.env });
      assert.equal(result.code, 74, result.stderr);
      assert.match(result.stderr, /^error: cannot write .*no-space.*: file too large\. Name a path.*\n$/);
      const rest = readdirSync(at('no-space'), { recursive: true, withFileTypes: true });
      assert.deepEqual(
        rest.filter((entry) => entry.name.startsWith('.')),
        [],
      );
    }
  });

  test('failures have messages and exit codes', async () => {
    const none = await cp('neato:/nope', at('nope'));
    assert.deepEqual([none.code, none.stderr.trim().split('\n').length], [66, 1], none.stderr);
    const readOnly = await cp(at('tree/-n'), 'full:/file');
    assert.equal(readOnly.code, 74);
    assert.match(readOnly.stderr, /^error: .* may not write \/file: Read-only file system/m);
    assert.equal((await cp('neato:/large', at('big'), '--max-bytes=1Mi')).code, 74);
    assert.equal((await cp('neato:/data', at('many'), '--max-entries=10')).code, 74);
    const missing = await cp(at('missing'), 'neato:/missing');
    assert.equal(missing.code, 64);
    assert.match(missing.stderr, /^error: cannot read \S+missing: no such file or directory\. /m);
    assert.equal((await cp('a', 'b')).code, 64);
    assert.equal((await cp('neato:/note', 'web:/note')).code, 64);
  });

  test('a symbolic link in the container cannot redirect writes', async () => {
    const script = 'mkdir /evil; ln -s ../../.. /evil/up; ln -s /etc /evil/etc; echo x >/evil/fine';
    const made = await runDbg(['neato', '-n', world.namespace, '-q', '--enter', '--', 'sh', '-c', script], {
      env: world.env,
    });
    assert.equal(made.code, 0, made.stderr);
    const got = await cp('neato:/evil', at('evil'));
    assert.equal(got.code, 74, got.stderr);
    assert.match(got.stderr, /^not copied: .*etc: it is a link that leads out of the directory$/m);
    assert.deepEqual(readdirSync(at('evil')), ['fine']);
  });
});

function namesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
