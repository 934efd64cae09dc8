import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { TargetResult } from '../../model/report.ts';

/** Maximum of listed commands; for more, a command to find them is shown. */
const MAX_NAMED = 50;

/** The message about commands that may run on: how many there are, and how to stop them. One line each. */
export function nameLeft(left: readonly TargetResult[], commands: FollowUpCommands): string[] {
  const sessions = left
    .map(({ namespace, pod, debugContainer = '' }) => `${namespace}/${pod}/${debugContainer}`)
    .toSorted();
  if (sessions.length === 0) return [];
  const shown = sessions.slice(0, MAX_NAMED);
  const isAll = shown.length === sessions.length;
  const [what, them] = sessions.length === 1 ? ['1 command', 'it'] : [`${sessions.length} commands`, 'them'];
  const which = isAll ? them : `the first ${shown.length}`;
  return [
    `${what} may run on. To end ${which}: ${commands.kubectl('dbg', 'stop', ...shown)}`,
    ...(isAll ? [] : [`To see all of them: ${commands.kubectl('dbg', 'ls', '-A', '-o', 'name')}`]),
  ];
}
