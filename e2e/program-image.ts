// Builds an image of the program from files of this machine: node, its libraries, and the bundle.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../packages/kubectl-dbg/', import.meta.url));

/** The directory of the program in the image. */
const HOME = '/opt/kubectl-dbg';

/** Writes a `docker save` archive of an image whose entrypoint is the built program. */
export function saveProgramImage(reference: string, archive: string): void {
  const work = mkdtempSync(join(tmpdir(), 'kubectl-dbg-image-'));
  try {
    const root = join(work, 'root');
    const place = (source: string, path: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      copyFileSync(realpathSync(source), join(root, path));
    };
    place(process.execPath, '/usr/bin/node');
    for (const library of sharedLibraries(process.execPath)) place(library, library);
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(PACKAGE, part), join(root, HOME, part), { recursive: true });
    mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
    tar(root, join(work, 'layer.tar'), '.');
    const Entrypoint = ['/usr/bin/node', `${HOME}/bin/kubectl-dbg.cjs`];
    const config = { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' };
    const rootfs = { type: 'layers', diff_ids: [] };
    writeFileSync(
      join(work, 'config.json'),
      JSON.stringify({ ...config, config: { Entrypoint, Env: ['PATH=/usr/bin', 'HOME=/tmp'] }, rootfs }),
    );
    writeFileSync(
      join(work, 'manifest.json'),
      JSON.stringify([{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]),
    );
    tar(work, archive, 'manifest.json', 'config.json', 'layer.tar');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function tar(directory: string, archive: string, ...names: string[]): void {
  execFileSync('tar', ['-C', directory, '--owner=0', '--group=0', '-cf', archive, ...names]);
}

function sharedLibraries(program: string): string[] {
  const output = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...output.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
