import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { parseKubeconfig } from './parse.ts';

/** What was read, and from where. */
export interface LoadedKubeconfig {
  config: Kubeconfig;
  /** The files that were there, in order. */
  files: string[];
  /** The files that were looked for, for the message when there is none. */
  looked: string[];
}

type LoadWorld = Pick<World, 'env' | 'home' | 'cwd'>;

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig` alone (it must exist); else the files of `KUBECONFIG`, merged,
 * missing ones skipped; else `~/.kube/config`. Of each name the first file's entry counts as a whole.
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
    const content = read(file, explicit !== undefined && explicit !== '');
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

/** Reads it at once: the little that is read does not pay for the module of promises, which costs 4 ms to load. */
function read(file: string, mustExist: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !mustExist) return undefined;
    const why: Record<string, string> = {
      ENOENT: 'no such file',
      EACCES: 'no permission to read it',
      EISDIR: 'it is a folder',
      ENOTDIR: 'a part of its path is not a folder',
    };
    throw new DbgError(
      'configuration',
      `cannot read the kubeconfig ${sanitise(file)}: ${why[code ?? ''] ?? code ?? 'unknown error'}`,
      { remedy: 'Name a kubeconfig file with --kubeconfig or KUBECONFIG', cause: error },
    );
  }
}

function addMissing<T>(target: Map<string, T>, source: Map<string, T>): void {
  for (const [name, value] of source) if (!target.has(name)) target.set(name, value);
}
