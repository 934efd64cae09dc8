import { quoteForShell } from '../../base/shell-quote.ts';
import type { FollowUpCommands, PodName } from '../../model/follow-up-commands.ts';

/** Where a partial file is: in a pod, and in its container if the user named one. */
type KeptPlace = PodName & { container?: string | undefined };

/**
 * The message about an interrupted copy: where the partial file is kept, and what to do with it.
 *
 * @param place undefined if it is on this machine
 */
export function keptWords(path: string, place: KeptPlace | undefined, commands: FollowUpCommands): string {
  const file = quoteForShell(path);
  const [where, remove] =
    place === undefined ? ['', 'rm'] : [' in the container', `${enter(place, commands)} -- rm`];
  return `What has come is kept${where} as ${file}. Give the same command again to go on from there, or remove it with: ${remove} ${file}`;
}

function enter({ namespace, pod, container }: KeptPlace, commands: FollowUpCommands): string {
  const target = container === undefined ? [] : [`--target=${container}`];
  return commands.kubectl('dbg', `pod/${pod}`, '--enter', ...target, '-n', namespace);
}
