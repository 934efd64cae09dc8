import type { Words } from '../cli/messages/words.ts';
import { ROOMS, type ToldFailure, wordsFrom } from '../cli/messages/words-of.ts';
import { DbgError } from '../model/failure.ts';
import { PLAIN_COMMANDS } from '../model/follow-up-commands.ts';

const rooms = await Promise.all(ROOMS.map(async (load) => (await load()).sayings));

/** The message and remedy of an error, as shown to the user. */
export function told(error: unknown): Words {
  if (!(error instanceof DbgError)) throw error;
  return toldOf(error);
}

/** The message and remedy of a failure, as shown to the user. */
export function toldOf(failure: ToldFailure): Words {
  const { message, remedy } = failure;
  if (remedy !== undefined) return { message, remedy };
  for (const sayings of rooms) {
    const words = wordsFrom(sayings, failure, PLAIN_COMMANDS);
    if (words !== undefined) return words;
  }
  return { message };
}
