import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { noRunc } from '../kubelet/testing/test-node.ts';
import { openNode } from '../runtimes/runc/node/open-node.ts';
import type { RuncNode } from '../runtimes/runc/node/runc-node.ts';
import { removeTree } from '../runtimes/runc/remove-tree.ts';
import { programEnvironment } from '../host/programs.ts';
import { loadArchives } from './archive.ts';
import { ImageStore } from './image-store.ts';

const skip = noRunc ?? false;

let node: RuncNode;
before(async () => {
  if (noRunc === undefined) node = await openNode(programEnvironment());
});
after(() => node?.stop());

type Files = Record<string, string | { link: string }>;

function layOut(directory: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(directory, path);
    mkdirSync(join(target, '..'), { recursive: true });
    if (typeof content === 'string') writeFileSync(target, content);
    else symlinkSync(content.link, target);
  }
}

/** Makes an archive as `docker save` does. */
function makeArchive(directory: string, name: string, layers: Files[], compress = false): string {
  const work = join(directory, `work-${name}`);
  const paths = layers.map((files, index) => {
    const content = join(directory, `content-${name}-${index}`);
    mkdirSync(content, { recursive: true });
    layOut(content, files);
    mkdirSync(join(work, String(index)), { recursive: true });
    const tar = join(work, String(index), 'layer.tar');
    execFileSync('tar', ['-cf', tar, '-C', content, '.']);
    if (compress) writeFileSync(tar, gzipSync(readFileSync(tar)));
    return `${index}/layer.tar`;
  });
  const config = { config: { Cmd: ['/app'], Env: ['A=1'], User: '1000' } };
  writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [`example.com/loaded:${name}`], Layers: paths }];
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(directory, `${name}.tar`);
  execFileSync('tar', ['-cf', archive, '-C', work, '.']);
  return archive;
}

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-archive-'));
  t.after(() => removeTree(directory));
  return directory;
}

for (const compress of [false, true]) {
  test(
    `loads layers, whiteouts and the configuration${compress ? ' of a compressed archive' : ''}`,
    { skip },
    async (t) => {
      const directory = scratch(t);
      const archive = makeArchive(
        directory,
        'v1',
        [
          { app: 'old', 'etc/keep': 'k', 'etc/drop': 'd', 'opaque/a': 'a', 'opaque/.b': 'b' },
          { app: 'new', 'etc/.wh.drop': '', 'opaque/.wh..wh..opq': '', 'opaque/c': 'c' },
        ],
        compress,
      );
      const images = join(directory, 'images');
      const store = new ImageStore(images, []);
      assert.deepEqual(await loadArchives(store, archive, images, node), ['example.com/loaded:v1']);
      const image = store.status('example.com/loaded:v1');
      const [root = ''] = image?.layers ?? [];
      assert.deepEqual(image?.config, { Cmd: ['/app'], Env: ['A=1'], User: '1000' });
      assert.equal(readFileSync(join(root, 'app'), 'utf8'), 'new');
      const there = ['etc/keep', 'etc/drop', 'etc/.wh.drop', 'opaque/a', 'opaque/.b', 'opaque/c'];
      assert.deepEqual(
        there.filter((path) => existsSync(join(root, path))),
        ['etc/keep', 'opaque/c'],
      );
    },
  );
}

test('loads all archives of a directory', { skip }, async (t) => {
  const directory = scratch(t);
  for (const name of ['one', 'two']) makeArchive(directory, name, [{ app: name }]);
  const images = join(directory, 'images');
  const loaded = await loadArchives(new ImageStore(images, []), directory, images, node);
  assert.deepEqual(loaded.toSorted(), ['example.com/loaded:one', 'example.com/loaded:two']);
});

test('a symbolic link in a layer cannot be used to write or delete outside the root', { skip }, async (t) => {
  const directory = scratch(t);
  const victim = join(directory, 'victim');
  mkdirSync(victim);
  writeFileSync(join(victim, 'precious'), 'p');
  const below = { out: { link: victim } };
  const images = join(directory, 'images');
  const store = new ImageStore(images, []);
  const deletes = makeArchive(directory, 'deletes', [below, { 'out/.wh.precious': '' }]);
  const writes = makeArchive(directory, 'writes', [below, { 'out/planted': 'x' }]);
  await assert.rejects(loadArchives(store, deletes, images, node), /can't be unpacked/);
  await assert.rejects(loadArchives(store, writes, images, node), /can't be unpacked/);
  assert.equal(readFileSync(join(victim, 'precious'), 'utf8'), 'p');
  assert.equal(existsSync(join(victim, 'planted')), false);
});

test('refuses files that are not docker-save archives', { skip }, async (t) => {
  const directory = scratch(t);
  const images = join(directory, 'images');
  const store = new ImageStore(images, []);
  const empty = join(directory, 'empty.tar');
  execFileSync('tar', ['-cf', empty, '-C', directory, '--files-from', '/dev/null']);
  await assert.rejects(loadArchives(store, empty, images, node), /has no manifest\.json/);
  const text = join(directory, 'text.tar');
  writeFileSync(text, 'this is no archive'.repeat(100));
  await assert.rejects(loadArchives(store, text, images, node), /can't be unpacked/);
});

for (const [name, manifest, config, message] of [
  [
    'a manifest that is not a list',
    {},
    {},
    /m\.tar: manifest\.json is malformed at its top: .*Expected Array/,
  ],
  [
    'layers that are not strings',
    [{ Config: 'config.json', Layers: [1] }],
    {},
    /malformed at 0\.Layers\.0: /,
  ],
  [
    'a command that is a string',
    [{ Config: 'config.json', RepoTags: ['a'], Layers: [] }],
    { config: { Cmd: 'sh' } },
    /m\.tar: config\.json is malformed at config\.Cmd: .*Expected Array/,
  ],
] as const) {
  test(`an archive with ${name} is refused`, { skip }, async (t) => {
    const directory = scratch(t);
    layOut(directory, {
      'manifest.json': JSON.stringify(manifest),
      'config.json': JSON.stringify(config),
    });
    const archive = join(directory, 'm.tar');
    execFileSync('tar', ['-cf', archive, '-C', directory, 'manifest.json', 'config.json']);
    const images = join(directory, 'images');
    await assert.rejects(loadArchives(new ImageStore(images, []), archive, images, node), message);
  });
}
