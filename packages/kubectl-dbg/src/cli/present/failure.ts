import type { DbgError } from '../../model/failure.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import { wordsOf } from '../messages/words-of.ts';
import { sentence } from './sentence.ts';

/** The one line about a failure for the user, unsanitised. */
export async function describeFailure(error: DbgError, commands: FollowUpCommands): Promise<string> {
  const { message, remedy } = await wordsOf(error, commands);
  return `error: ${sentence(message, remedy)}`;
}
