import { join } from 'node:path';
import { CodeCache } from './code-cache.ts';
import { showsStack } from './shows-stack.ts';
import type { start } from './start.ts';

/** Starts the program from the bundle in `directory`, with the code that an earlier session has compiled. */
export function startFromCache(directory: string, argv: readonly string[]): void {
  const mapped = showsStack(argv);
  // Node applies source maps to files that it loads itself, for reports of bugs. Bun has no such function.
  if (mapped) process.setSourceMapsEnabled?.(true);
  const cache = new CodeCache(directory, mapped ? undefined : cacheDirectory(process.env));
  const program = cache.require('./start.cjs') as { start: typeof start };
  void program.start(argv, () => cache.keep());
}

/**
 * Next to kubectl's own cache. Undefined if there is no home directory, or no V8, or if the user disabled it: the
 * variable is that of Node's own compile cache.
 */
function cacheDirectory(env: NodeJS.ProcessEnv): string | undefined {
  const { KUBECACHEDIR, HOME, USERPROFILE, NODE_DISABLE_COMPILE_CACHE } = env;
  const home = HOME || USERPROFILE;
  const directory = KUBECACHEDIR || (home && join(home, '.kube', 'cache'));
  if (!directory || NODE_DISABLE_COMPILE_CACHE || process.versions['bun'] !== undefined) return undefined;
  return join(directory, 'kubectl-dbg', `node-${process.versions.node}-${process.arch}`);
}
