// Bundles the packages with programs, in chunks, so that each command loads only what it uses.
//
//     node scripts/build.mjs [--types] [PACKAGE...]     (a directory in packages/; --types: also the declarations)
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { ascii, leanMaps } from './bundle-output.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);

/** ws uses this native module for masking, otherwise a slow loop: both bundles contain something faster. */
const alias = {
  bufferutil: join(root, 'packages/kubectl-dbg/src/cluster/remote-command/mask-words.ts'),
};

const packages = {
  'kubectl-dbg': [
    // CommonJS starts 30 ms faster: Node 20 takes about a millisecond per ES module.
    {
      entries: { main: 'bundle-main.ts', start: 'launch/start.ts', complete: 'complete.ts' },
      format: 'cjs',
      minify: true,
      alias,
    },
    { entries: { index: 'index.ts' }, format: 'esm', minify: true, alias },
  ],
  sandbox: [
    {
      entries: { main: 'main.ts', index: 'index.ts' },
      format: 'esm',
      external: ['@lydell/node-pty'],
    },
  ],
};

const names = words.filter((word) => !word.startsWith('-'));
const wanted = Object.entries(packages).filter(([name]) => names.length === 0 || names.includes(name));
await Promise.all(
  wanted.map(async ([name, bundles]) => {
    const directory = join(root, 'packages', name);
    await rm(join(directory, 'dist'), { recursive: true, force: true });
    const modules = await Promise.all(bundles.map(async (bundle) => await makeBundle(directory, bundle)));
    await writeFile(join(directory, 'dist', 'THIRD-PARTY-LICENSES.txt'), await licences(modules.flat()));
  }),
);
if (words.includes('--types')) {
  const { bundleTypes } = await import('./bundle-types.mjs');
  await bundleTypes(
    root,
    wanted.map(([name]) => name),
  );
}

/** Builds one bundle; returns the modules that it contains. */
async function makeBundle(directory, { entries, format, minify = false, external = [], alias = {} }) {
  const extension = format === 'cjs' ? 'cjs' : 'js';
  const build = await rolldown({
    input: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, join(directory, 'src', file)]),
    ),
    platform: 'node',
    external,
    resolve: { conditionNames: ['import', 'node', 'default'], alias },
    transform: { target: 'node20.19' },
    plugins: format === 'cjs' ? [ascii, leanMaps] : [leanMaps],
    onLog(level, log, handle) {
      // A module may be loaded statically on one path and dynamically on another.
      if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handle(level, log);
    },
  });
  const { output } = await build.write({
    dir: join(directory, 'dist'),
    format,
    minify,
    // For names and lines in bug reports; the sources are in the repository.
    sourcemap: true,
    dynamicImportInCjs: false,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name]-[hash].${extension}`,
  });
  await build.close();
  return output.flatMap((file) => file.moduleIds ?? []);
}

/** The licences of the packages in a bundle. */
async function licences(modules) {
  const packages = new Set(
    modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []),
  );
  const texts = [];
  for (const directory of [...packages].toSorted((a, b) => a.localeCompare(b))) {
    const { name, version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
    const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file`);
    texts.push(`${name} ${version}\n\n${await readFile(join(directory, file), 'utf8')}`);
  }
  return texts.join('\n----\n\n');
}
