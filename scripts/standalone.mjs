// The standalone program: the same source with Bun inside, which starts in a third of the time. Further arguments go to
// Bun: `npm run standalone -- --target=bun-linux-arm64`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchRuntime } from './fetch-runtime.mjs';
import { setUp } from './set-up.mjs';

/** The release that the program is tested with. */
export const BUN = '1.4.5';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Makes the program at `outfile`; returns whether that succeeded. */
export async function makeStandalone(outfile, further = []) {
  const bun = await fetchRuntime('bun', BUN);
  const run = spawnSync(
    bun,
    // Bytecode saves the parsing at each start; with the top-level await in main it needs ES modules.
    [
      'build',
      '--compile',
      '--minify',
      '--bytecode',
      '--format=esm',
      ...further,
      'src/main.ts',
      '--outfile',
      outfile,
    ],
    { cwd: join(root, 'packages', 'kubectl-dbg'), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return run.status === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp({ root });
  const outfile = join(root, 'dist', 'kubectl-dbg');
  if (await makeStandalone(outfile, process.argv.slice(2))) process.stdout.write(`${outfile}\n`);
  else process.exitCode = 1;
}
