import { delimiter, join, resolve } from 'node:path';
import { DbgError } from '../../model/failure.ts';
import { readFileOrPipe } from '../../base/read-file.ts';
import { whyUnread } from './files.ts';
import { decodeText, InvalidText } from '../../base/decode-text.ts';
import { sanitise } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { configurationError } from './configuration-error.ts';
import { parseKubeconfig } from './parse.ts';

/** The result, and its files. */
export interface LoadedKubeconfig {
  config: Kubeconfig;
  /** The existing files, in order. */
  files: string[];
  /** The paths that were tried, for the message if there is no file. */
  looked: string[];
}

type LoadWorld = Pick<World, 'env' | 'home' | 'cwd'>;

/**
 * Reads the kubeconfig like kubectl: `--kubeconfig` alone (it must exist); otherwise the files of `KUBECONFIG`, merged,
 * without missing ones; otherwise `~/.kube/config`. For each name the complete entry of the first file is used.
 */
export async function loadKubeconfig(
  explicit: string | undefined,
  world: LoadWorld,
): Promise<LoadedKubeconfig> {
  const looked = places(explicit, world);
  const merged: Kubeconfig = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: undefined,
  };
  const files: string[] = [];
  for (const file of looked) {
    const content = await read(file, explicit !== undefined && explicit !== '');
    if (content === undefined) continue;
    files.push(file);
    const config = await parseKubeconfig(content, file);
    addMissing(merged.clusters, config.clusters);
    addMissing(merged.users, config.users);
    addMissing(merged.contexts, config.contexts);
    merged.currentContext ??= config.currentContext;
  }
  return { config: merged, files, looked };
}

function places(explicit: string | undefined, world: LoadWorld): string[] {
  if (explicit !== undefined && explicit !== '') return [resolve(world.cwd, explicit)];
  const listed = (world.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length === 0) return [join(world.home, '.kube', 'config')];
  return [...new Set(listed.map((path) => resolve(world.cwd, path)))];
}

/** Reads synchronously: for so little data the promises module, which takes 4 ms to load, is not worth it. */
async function read(file: string, mustExist: boolean): Promise<string | undefined> {
  try {
    return decodeText(await readFileOrPipe(file));
  } catch (error) {
    if (error instanceof InvalidText) {
      throw configurationError(file, `is ${error.message}`, 'encoding');
    }
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !mustExist) return undefined;
    const why = whyUnread(error);
    throw new DbgError(
      'configuration',
      'KubeconfigUnreadable',
      `cannot read the kubeconfig ${sanitise(file)}: ${why}`,
      { file, why },
      { cause: error },
    );
  }
}

function addMissing<T>(target: Map<string, T>, source: Map<string, T>): void {
  for (const [name, value] of source) if (!target.has(name)) target.set(name, value);
}
