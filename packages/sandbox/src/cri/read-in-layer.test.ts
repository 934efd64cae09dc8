import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readInLayer } from './read-in-layer.ts';

test('reads only regular files inside the layer', (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'layer-'));
  context.after(() => rmSync(directory, { recursive: true }));
  const layer = join(directory, 'layer');
  mkdirSync(join(layer, 'etc'), { recursive: true });
  writeFileSync(join(directory, 'host'), 'the host');
  writeFileSync(join(layer, 'etc/passwd'), 'root:x:0:0');
  symlinkSync('passwd', join(layer, 'etc/link'));
  symlinkSync('../../host', join(layer, 'etc/out'));
  symlinkSync(directory, join(layer, 'etc/directory'));
  assert.equal(spawnSync('mkfifo', [join(layer, 'etc/pipe')]).status, 0);
  assert.equal(readInLayer(layer, 'etc/passwd'), 'root:x:0:0');
  assert.equal(readInLayer(layer, 'etc/link'), 'root:x:0:0');
  for (const path of ['etc/out', 'etc/directory/host', 'etc/pipe', 'etc', 'etc/none'])
    assert.equal(readInLayer(layer, path), undefined, path);
});
