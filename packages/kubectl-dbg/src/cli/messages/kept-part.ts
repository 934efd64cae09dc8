import { quoteForShell } from '../../base/shell-quote.ts';
import type { FollowUpCommands, PodName } from '../../model/follow-up-commands.ts';

/**
 * The message about an interrupted copy: where the partial file is kept, and what to do with it.
 *
 * @param pod the pod that has the file; undefined if it is on this machine
 */
export function keptWords(path: string, pod: PodName | undefined, commands: FollowUpCommands): string {
  const file = quoteForShell(path);
  const [where, remove] =
    pod === undefined
      ? ['', `rm ${file}`]
      : [
          ' in the container',
          `${commands.kubectl('dbg', `pod/${pod.pod}`, '--enter', '-n', pod.namespace)} -- rm ${file}`,
        ];
  return `What has come is kept${where} as ${file}. Give the same command again to go on from there, or remove it with: ${remove}`;
}
