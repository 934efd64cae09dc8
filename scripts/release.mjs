// Builds the artifacts of a release besides the npm packages, in dist/release: standalone programs for each platform with
// completions and man page, SHA256SUMS, a CycloneDX SBOM, a krew manifest and a Homebrew formula.
//
//     npm run release [-- TARGET...]     (such as linux-x64; default: all)
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchBunFor } from './fetch-runtime.mjs';
import { homebrewFormula, krewManifest, PLATFORMS } from './release-manifests.mjs';
import { setUp } from './set-up.mjs';
import { BUN, makeStandalone } from './standalone.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist', 'release');
const SHELLS = {
  bash: 'kubectl-dbg.bash',
  zsh: '_kubectl-dbg',
  fish: 'kubectl-dbg.fish',
  powershell: 'kubectl-dbg.ps1',
};

const words = process.argv.slice(2);
const unknown = words.filter((word) => !PLATFORMS.some(({ target }) => target === word));
if (unknown.length > 0) {
  process.stderr.write(
    `unknown target ${unknown.join(', ')}; there are ${PLATFORMS.map(({ target }) => target).join(', ')}\n`,
  );
  process.exit(64);
}
await setUp({ root, build: true });
const { version } = JSON.parse(readFileSync(join(root, 'packages', 'kubectl-dbg', 'package.json'), 'utf8'));
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'common', 'completions'), { recursive: true });
makeCommonFiles();

const archives = [];
for (const platform of PLATFORMS) {
  if (words.length > 0 && !words.includes(platform.target)) continue;
  archives.push({ platform, ...(await makeArchive(platform)) });
}
const sbom = `kubectl-dbg_v${version}.cdx.json`;
writeFileSync(join(out, sbom), makeSbom());
rmSync(join(out, 'common'), { recursive: true });

const sums = [...archives, { file: sbom, sha256: sha256(join(out, sbom)) }];
writeFileSync(join(out, 'SHA256SUMS'), sums.map(({ sha256: sum, file }) => `${sum}  ${file}\n`).join(''));
writeFileSync(join(out, 'dbg.yaml'), krewManifest(version, archives));
writeFileSync(join(out, 'kubectl-dbg.rb'), homebrewFormula(version, archives));
process.stdout.write(readFileSync(join(out, 'SHA256SUMS'), 'utf8'));

/** Builds the files that are the same for each platform. */
function makeCommonFiles() {
  const program = join(root, 'packages', 'kubectl-dbg', 'bin', 'kubectl-dbg.cjs');
  for (const [shell, file] of Object.entries(SHELLS)) {
    const script = execFileSync(process.execPath, [program, 'completion', shell]);
    writeFileSync(join(out, 'common', 'completions', file), script);
  }
  const page = execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'man-page.mjs')], {
    cwd: root,
  });
  writeFileSync(join(out, 'common', 'kubectl-dbg.1'), page);
  cpSync(join(root, 'LICENSE'), join(out, 'common', 'LICENSE'));
  const licences = join('packages', 'kubectl-dbg', 'dist', 'THIRD-PARTY-LICENSES.txt');
  cpSync(join(root, licences), join(out, 'common', basename(licences)));
}

async function makeArchive({ target, os, arch, program }) {
  const directory = join(out, target);
  cpSync(join(out, 'common'), directory, { recursive: true });
  const bun = await fetchBunFor(target, BUN);
  const made = await makeStandalone(join(directory, program), [
    `--target=bun-${target}`,
    `--compile-executable-path=${bun}`,
  ]);
  if (!made) throw new Error(`no program for ${target}`);
  const file = `kubectl-dbg_v${version}_${os}_${arch}.tar.gz`;
  // Reproducible: names, times and owners depend only on the release.
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', [
    ...same,
    '--use-compress-program=gzip -n',
    '-cf',
    join(out, file),
    '-C',
    directory,
    '.',
  ]);
  rmSync(directory, { recursive: true });
  return { file, sha256: sha256(join(out, file)) };
}

/** The CycloneDX SBOM of the bundled packages, without development dependencies. */
function makeSbom() {
  const all = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const sbom = JSON.parse(all);
  const bundled = new Set(
    [
      ...readFileSync(join(out, 'common', 'THIRD-PARTY-LICENSES.txt'), 'utf8').matchAll(
        /^(\S+) (\d+\.\d+\.\S+)$/gm,
      ),
    ].map(([, name, at]) => `${name}@${at}`),
  );
  const components = sbom.components.filter((part) => bundled.has(`${nameOf(part)}@${part.version}`));
  for (const part of components) {
    // Development dependencies of the build, but part of the program.
    part.scope = 'required';
    part.properties = part.properties?.filter(({ name }) => name !== 'cdx:npm:package:development');
  }
  const refs = new Set(components.map((part) => part['bom-ref']));
  const component = {
    ...sbom.metadata.component,
    name: 'kubectl-dbg',
    version,
    'bom-ref': `kubectl-dbg@${version}`,
  };
  component.purl = `pkg:npm/kubectl-dbg@${version}`;
  if (components.length !== bundled.size)
    throw new Error(`the SBOM has ${components.length} of ${bundled.size} packages`);
  const dependencies = [
    { ref: component['bom-ref'], dependsOn: [...refs] },
    ...[...refs].map((ref) => ({ ref, dependsOn: [] })),
  ];
  const { properties: _properties, ...plain } = component;
  const whole = { ...sbom, metadata: { ...sbom.metadata, component: plain }, components, dependencies };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function nameOf({ group, name }) {
  return group === undefined || group === '' ? name : `${group}/${name}`;
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
