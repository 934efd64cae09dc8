// Bundles the declarations of a package into one file that imports only Node's own modules.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/** Writes `dist/index.d.ts` of these packages. */
export async function bundleTypes(root, names) {
  // Inside the project, so that the compiler finds its node_modules.
  const work = await mkdtemp(join(root, '.types-'));
  try {
    const config = join(work, 'tsconfig.json');
    await writeFile(
      config,
      JSON.stringify({
        extends: '../tsconfig.json',
        compilerOptions: {
          noEmit: false,
          declaration: true,
          emitDeclarationOnly: true,
          rootDir: root,
          outDir: work,
        },
        include: [],
        files: [...names.map((name) => `${name}/src`), 'wire/src', 'wire/src/spdy'].map((directory) =>
          join(root, 'packages', directory, 'index.ts'),
        ),
      }),
    );
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', config], { stdio: ['ignore', 'inherit', 'inherit'] });
    for (const name of names) {
      await bundle(root, work, name);
      await copyFile(join(work, `${name}.d.ts`), join(root, 'packages', name, 'dist', 'index.d.ts'));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function bundle(root, work, name) {
  const build = await rolldown({
    input: { [name]: join(work, 'packages', name, 'src', 'index.d.ts') },
    external: /^node:/,
    plugins: [declarations(root, work), dts({ dtsInput: true, tsconfig: false, oxc: true })],
  });
  const { output } = await build.write({ dir: work, format: 'es' });
  await build.close();
  const left = output.flatMap(({ imports }) => imports).filter((id) => !id.startsWith('node:'));
  if (left.length > 0) throw new Error(`the types of ${name} import ${left.join(', ')}`);
}

/** Resolves what users don't install: the workspace's wire package, and kubernetes-types. */
function declarations(root, work) {
  return {
    name: 'declarations',
    resolveId: {
      order: 'pre',
      handler(id, importer) {
        // Relative imports as TypeScript emits them, which the plugin's own resolver does not always find.
        if (/^\.{1,2}\/.*(?<!\.d)\.ts$/.test(id) && importer?.startsWith(work)) {
          return join(dirname(importer), id.replace(/\.ts$/, '.d.ts'));
        }
        if (id === 'kubectl-dbg-wire') return join(work, 'packages', 'wire', 'src', 'index.d.ts');
        if (id === 'kubectl-dbg-wire/spdy')
          return join(work, 'packages', 'wire', 'src', 'spdy', 'index.d.ts');
        if (!id.startsWith('kubernetes-types/')) return undefined;
        return join(root, 'node_modules', id.replace(/\.js$/, '.d.ts'));
      },
    },
  };
}
