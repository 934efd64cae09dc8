import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { TargetResult } from '../../model/report.ts';
import { refusedRight } from '../../model/right.ts';
import { askForRight } from '../messages/ask-for-right.ts';

/** Maximum of namespaces in the advice; they are usually alike. */
const MAX_TOLD = 3;

/** What to do about missing rights because of which targets were not started, one line each. */
export function missingRights(results: readonly TargetResult[], commands: FollowUpCommands): string[] {
  const lines = results.flatMap(({ reason, message }) => {
    const right = reason === 'Forbidden' ? refusedRight(message ?? '') : undefined;
    return right === undefined ? [] : [askForRight(right, commands)];
  });
  const distinct = [...new Set(lines)];
  const rest = distinct.length - MAX_TOLD;
  return [...distinct.slice(0, MAX_TOLD), ...(rest > 0 ? [`and the same in ${rest} more namespaces`] : [])];
}
