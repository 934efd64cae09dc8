// Checks the packages before publication: publint (fields and files), attw (types as users resolve them), knip (unused files
// and dependencies, unlisted packages). Builds first.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const checks = [
  [root, 'scripts/build.mjs', '--types'],
  ...['kubectl-dbg', 'sandbox'].flatMap((name) => {
    const directory = join(root, 'packages', name);
    return [
      [directory, 'node_modules/publint/src/cli.js', '--strict'],
      [directory, 'node_modules/@arethetypeswrong/cli/dist/index.js', '--pack', '--profile', 'esm-only', '.'],
    ];
  }),
  [root, 'node_modules/knip/bin/knip.js', '--include', 'files,dependencies,unlisted,unresolved'],
];

for (const [directory, program, ...args] of checks) {
  const run = spawnSync(process.execPath, [join(root, program), ...args], {
    cwd: directory,
    encoding: 'utf8',
  });
  if (run.status === 0) continue;
  process.stdout.write(`${program} in ${directory}:\n${run.stdout}${run.stderr}`);
  process.exitCode = 1;
}
