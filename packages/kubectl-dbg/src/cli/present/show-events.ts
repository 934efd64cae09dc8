import { sanitise } from '../../base/sanitise.ts';
import type { OperationEvent } from '../../model/event.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { World } from '../../model/world.ts';
import { eventWords } from './event-words.ts';
import { ProgressLine } from './progress-line.ts';

/** Shown in spite of --quiet: otherwise the user would not know what to do next. */
const ALWAYS: ReadonlySet<OperationEvent['kind']> = new Set([
  'unanswered-write',
  'left-behind',
  'not-replaced',
  'replacement-interrupted',
]);

/**
 * Shows events on stderr: lines, and the progress of a start. Nothing is written into the user's own terminal stream.
 *
 * @param helps the debug container only helps with something else: notices about it are not shown, its progress is
 */
export function showEvents(
  { stderr, now }: Pick<World, 'stderr' | 'now'>,
  { quiet, helps = false, commands }: { quiet: boolean; helps?: boolean; commands: FollowUpCommands },
): (event: OperationEvent) => void {
  let progress: ProgressLine | undefined;
  let raw = false;
  let held: string[] = [];
  const say = (text: string) => void stderr.write(`${sanitise(text)}\n`);
  return (event) => {
    switch (event.kind) {
      case 'progress':
        if (!quiet) {
          progress ??= new ProgressLine(stderr, `container ${event.address.container}`, {
            show: sanitise,
            now,
            helps,
          });
          progress.update(event.progress);
        }
        return;
      case 'output-begins':
      case 'ended':
        progress?.end();
        progress = undefined;
        break;
    }
    const isShown = (!quiet && !helps) || ALWAYS.has(event.kind) || isAlways(event);
    const words = isShown ? eventWords(event, commands) : [];
    if (event.kind === 'output-begins') {
      for (const text of words) say(text);
      raw = event.raw;
      return;
    }
    if (event.kind === 'ended') {
      raw = false;
      for (const text of held) say(text);
      held = [];
      return;
    }
    if (raw) held.push(...words);
    else for (const text of words) say(text);
  };
}

function isAlways(event: OperationEvent): boolean {
  return (event.kind === 'notice' || event.kind === 'warning') && event.always === true;
}
