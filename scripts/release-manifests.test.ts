import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { homebrewFormula, krewManifest, PLATFORMS } from './release-manifests.mjs';

const archives = PLATFORMS.map((platform, index) => ({
  platform,
  file: `kubectl-dbg_v1.2.3_${platform.os}_${platform.arch}.tar.gz`,
  sha256: String(index).repeat(64),
}));

interface Platform {
  selector: { matchLabels: { os: string; arch: string } };
  uri: string;
  sha256: string;
  bin: string;
  files: { from: string; to: string }[];
}

/** The requirements of krew's validation (its docs, "plugin manifest", and `validate-krew-manifest`). */
test('the krew manifest is valid', () => {
  const manifest = load(krewManifest('1.2.3', archives)) as {
    apiVersion: string;
    kind: string;
    metadata: { name: string };
    spec: Record<'version' | 'shortDescription' | 'homepage' | 'description', string> & {
      platforms: Platform[];
    };
  };
  assert.equal(manifest.apiVersion, 'krew.googlecontainertools.github.com/v1alpha2');
  assert.equal(manifest.kind, 'Plugin');
  assert.match(manifest.metadata.name, /^[\w-]+$/);
  assert.match(manifest.spec.version, /^v\d+\.\d+\.\d+$/);
  assert.ok(manifest.spec.shortDescription.length <= 50, 'krew search shows 50 characters');
  assert.doesNotMatch(manifest.spec.shortDescription, /\.$|[\r\n]/);
  assert.equal(manifest.spec.platforms.length, PLATFORMS.length);
  for (const { selector, uri, sha256, bin, files } of manifest.spec.platforms) {
    const { os, arch } = selector.matchLabels;
    assert.match(`${os}/${arch}`, /^(linux|darwin|windows)\/(amd64|arm64)$/);
    assert.match(uri, /^https:\/\/.*\/v1\.2\.3\/.*\.(tar\.gz|zip)$/);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.ok(
      files.some(({ from }) => from === bin),
      'the program is among the files',
    );
    assert.ok(files.some(({ from }) => from === 'LICENSE'));
    assert.equal(bin.endsWith('.exe'), os === 'windows');
  }
});

test('the formula has each Unix archive with its checksum', () => {
  const formula = homebrewFormula('1.2.3', archives);
  for (const { platform, file, sha256 } of archives) {
    const there = formula.includes(`${file}"\n      sha256 "${sha256}"`);
    assert.equal(there, platform.os !== 'windows', file);
  }
  const blocks = (formula.match(/\b(do|def|class)\b/g) ?? []).length;
  assert.equal((formula.match(/^\s*end$/gm) ?? []).length, blocks);
});
