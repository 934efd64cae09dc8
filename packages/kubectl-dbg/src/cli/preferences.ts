import { existsSync } from 'node:fs';
import { decodeText } from '../base/decode-text.ts';
import { readFileOrPipe } from '../base/read-file.ts';
import type { World } from '../model/world.ts';
import type { Preferences } from './grammar/kuberc.ts';
import { kubercFile } from './grammar/index.ts';
import { CliError } from './cli-error.ts';

/** The settings of the user's kuberc file; undefined if there is none. Throws DbgError (configuration). */
export async function readPreferences(
  argv: readonly string[],
  world: Pick<World, 'env' | 'home'>,
): Promise<Preferences | undefined> {
  const file = kubercFile(writtenKuberc(argv), world.env, world.home);
  if (file === undefined || (!file.required && !existsSync(file.path))) return undefined;
  const { readKuberc } = await import('./grammar/read-kuberc.ts');
  return await readKuberc(await readText(file.path), file.path);
}

async function readText(path: string): Promise<string> {
  try {
    return decodeText(await readFileOrPipe(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(
      'configuration',
      'PreferencesInvalid',
      `cannot read ${path}: ${code ?? message}`,
      'Correct --kuberc or KUBERC, or switch preferences off with KUBERC=off',
    );
  }
}

/** The value of `--kuberc`, which is needed before aliases can be expanded. */
function writtenKuberc(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const at = words.findIndex((word) => word === '--kuberc' || word.startsWith('--kuberc='));
  const word = words[at];
  if (word === undefined) return undefined;
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
}
