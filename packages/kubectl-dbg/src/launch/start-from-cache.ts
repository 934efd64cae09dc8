import { join } from 'node:path';
import { CodeCache } from './code-cache.ts';
import type { start } from './start.ts';

/** Starts the program out of the bundle in `folder`, with what an earlier session left compiled. */
export function startFromCache(folder: string, argv: readonly string[]): void {
  const cache = new CodeCache(folder, cacheFolder(process.env));
  const program = cache.require('./start.cjs') as { start: typeof start };
  void program.start(argv, () => cache.keep());
}

/**
 * Where kubectl keeps what it can find out again, too. Undefined where there is no home, or no V8, or the user wants no
 * such thing: the variable is Node's for its own cache of this kind.
 */
function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const { KUBECACHEDIR, HOME, USERPROFILE, NODE_DISABLE_COMPILE_CACHE } = env;
  const home = HOME || USERPROFILE;
  const folder = KUBECACHEDIR || (home && join(home, '.kube', 'cache'));
  if (!folder || NODE_DISABLE_COMPILE_CACHE || process.versions['bun'] !== undefined) return undefined;
  return join(folder, 'kubectl-dbg', `node-${process.versions.node}-${process.arch}`);
}
