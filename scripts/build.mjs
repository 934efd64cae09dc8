// Bundles the packages that people run: split, so that each command loads only what it uses.
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const bundles = [
  { name: 'kubectl-dbg', entries: ['main.ts', 'complete.ts', 'index.ts'], external: [] },
  { name: 'sandbox', entries: ['main.ts', 'index.ts'], external: ['@lydell/node-pty'] },
];

await Promise.all(
  bundles.map(async ({ name, entries, external }) => {
    const folder = join(root, 'packages', name);
    const outdir = join(folder, 'dist');
    await rm(outdir, { recursive: true, force: true });
    await build({
      entryPoints: entries.map((entry) => join(folder, 'src', entry)),
      outdir,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      conditions: ['source'],
      minify: name === 'kubectl-dbg',
      sourcemap: name === 'kubectl-dbg' ? false : 'linked',
      legalComments: 'external',
      logLevel: 'warning',
      external,
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    for (const entry of entries) await chmod(join(outdir, entry.replace('.ts', '.js')), 0o755);
  }),
);
