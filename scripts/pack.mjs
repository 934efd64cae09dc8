// Packs a package as for publication, in a copy of the project, so that the build does not affect running tests.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NAMES = ['kubectl-dbg', 'sandbox', 'wire'];
const LEFT_OUT = /[\\/](?:node_modules|dist)$/;

/** Packs kubectl-dbg and kube-sandbox into `directory`; returns the paths of the archives. */
export function packPackages(directory) {
  const copy = join(directory, 'project');
  mkdirSync(join(copy, 'packages'), { recursive: true });
  const take = (path) =>
    cpSync(join(root, path), join(copy, path), { recursive: true, filter: (file) => !LEFT_OUT.test(file) });
  for (const path of ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts']) take(path);
  for (const name of NAMES) take(join('packages', name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  for (const name of NAMES) {
    try {
      symlinkSync(
        join(root, 'packages', name, 'node_modules'),
        join(copy, 'packages', name, 'node_modules'),
        'junction',
      );
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return ['kubectl-dbg', 'sandbox'].map((name) => {
    const printed = execFileSync(
      'npm',
      ['pack', '--json', '--ignore-scripts=false', '--pack-destination', directory],
      {
        cwd: join(copy, 'packages', name),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      },
    );
    // The output of prepack precedes the JSON.
    const list = JSON.parse(printed.slice(printed.search(/^\[|^\{/m)));
    const [{ filename }] = Array.isArray(list) ? list : Object.values(list);
    return join(directory, filename);
  });
}
