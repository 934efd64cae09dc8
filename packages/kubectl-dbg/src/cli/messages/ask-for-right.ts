import { sanitise } from '../../base/sanitise.ts';
import { useOfRight } from '../../doctor/uses.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import { describeRight, type Right } from '../../model/right.ts';

/** What to do about a missing right: a request for it is only useful if the user knows what to ask for. */
export function askForRight(right: Right, commands: FollowUpCommands): string {
  return `Ask for the right to ${sanitise(describeRight(right))}; print a role for it with: ${roleCommand(right, commands)}`;
}

/** The command that prints the smallest role for the purpose of a right. */
function roleCommand(right: Right, commands: FollowUpCommands): string {
  const { verb, resource, group, namespace } = right;
  const use = useOfRight(right) ?? `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
  const scope = namespace === undefined ? (use === 'node' ? [] : ['-A']) : ['-n', namespace];
  return commands.kubectl('dbg', 'doctor', `--role-yaml=${use}`, ...scope);
}
