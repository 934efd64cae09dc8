import { renderProfiles } from '../../plan/profile-words.ts';
import { completionScript } from '../completion/scripts.ts';
import { renderHelp } from './help.ts';
import type { ParsedArguments } from './parse.ts';

/**
 * The text of a command that needs no cluster (help, profiles, completion); undefined for all others. `columns` is
 * the terminal's width, if there is one. Throws DbgError (usage).
 */
export function staticText(
  { command, options, targets }: ParsedArguments,
  columns: () => number | undefined = () => undefined,
): string | undefined {
  if (options.help === true || command === 'help') return renderHelp(columns());
  if (command === 'profiles') return renderProfiles(targets[0]);
  if (command === 'completion') return completionScript(targets[0]);
  return undefined;
}
