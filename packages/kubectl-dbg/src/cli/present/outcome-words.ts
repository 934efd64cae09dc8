import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Words } from '../messages/words.ts';
import { sentence } from './sentence.ts';

/** An outcome that is a failure of the session, not of its command. */
export type FailedOutcome = Extract<Outcome, { failure: unknown }>;

/** The text for the end of a session, or undefined if the exit code is enough. */
export async function outcomeWords(
  outcome: Outcome,
  commands: FollowUpCommands,
): Promise<string | undefined> {
  if (outcome.kind === 'signalled' && outcome.reason !== undefined) {
    const { signal, reason } = outcome;
    const why = reason === 'Deleted' ? ': its pod was deleted' : ` (${reason})${lifetimeHint(reason)}`;
    return `the debug container was terminated by signal ${signal}${why}`;
  }
  if (!('failure' in outcome)) return undefined;
  const { message, remedy } = await failureWords(outcome, commands);
  return sentence(outcome.kind === 'never-started' ? `${message} (${outcome.reason})` : message, remedy);
}

/** The text about a failed session, and how to attach again if the container still runs. */
export async function failureWords(outcome: FailedOutcome, commands: FollowUpCommands): Promise<Words> {
  const { wordsOf } = await import('../messages/words-of.ts');
  const { message, remedy } = await wordsOf({ ...outcome.failure, message: outcome.message }, commands);
  const runsOn = 'runsOn' in outcome ? outcome.runsOn : undefined;
  const attach =
    runsOn === undefined ? undefined : `Attach again with: ${commands.attach(runsOn.address, runsOn)}`;
  const remedies = [remedy, attach].filter((part) => part !== undefined);
  return { message, ...(remedies.length === 0 ? {} : { remedy: remedies.join('. ') }) };
}

/** A debug pod has a limited lifetime, which most users did not set themselves. */
function lifetimeHint(reason: string): string {
  return reason === 'DeadlineExceeded'
    ? ': the lifetime of its pod is over. Set a longer one with --ttl'
    : '';
}
