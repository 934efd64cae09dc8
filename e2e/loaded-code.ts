import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, KUBECTL_DBG, runProgram } from './command.ts';

/** The directory of the client's bundle. */
export const BUNDLE = fileURLToPath(new URL('../packages/kubectl-dbg/dist/', import.meta.url));

/** A run, and the files of the bundle that it loaded, according to V8's coverage. */
export interface MeasuredRun {
  result: CommandResult;
  loaded: string[];
  /** Total size of these files. */
  bytes: number;
}

/** Runs kubectl-dbg and measures which files of the bundle it loads. */
export async function measureLoading(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<MeasuredRun> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-loaded-'));
  try {
    const result = await runProgram(process.execPath, [KUBECTL_DBG, ...args], {
      env: { PATH: process.env.PATH, HOME: directory, ...env, NODE_V8_COVERAGE: join(directory, 'coverage') },
    });
    const loaded = new Set<string>();
    for (const file of await readdir(join(directory, 'coverage'))) {
      const { result: scripts } = JSON.parse(await readFile(join(directory, 'coverage', file), 'utf8')) as {
        result: { url: string }[];
      };
      for (const { url } of scripts) {
        if (url.startsWith('file:') && fileURLToPath(url).startsWith(BUNDLE)) loaded.add(basename(url));
      }
    }
    const sizes = await Promise.all([...loaded].map(async (file) => (await stat(join(BUNDLE, file))).size));
    return { result, loaded: [...loaded], bytes: sizes.reduce((sum, size) => sum + size, 0) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
