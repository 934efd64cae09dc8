import type { Failure, Remains } from '../../model/failure.ts';
import type { FailureCode } from '../../model/failures/index.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Saying, Words } from './words.ts';

/** The messages of each room: loaded one after the other until one knows the code, because a failure needs only one. */
export const ROOMS: readonly (() => Promise<{ sayings: object }>)[] = [
  () => import('./kubeconfig.ts'),
  () => import('./transport.ts'),
  () => import('./api.ts'),
  () => import('./targets.ts'),
  () => import('./plan.ts'),
  () => import('./session.ts'),
  () => import('./files.ts'),
  () => import('./operations.ts'),
];

/** A failure with its own message, and a remedy if the thrower knew one (the command line does). */
export interface ToldFailure {
  code: FailureCode;
  facts: object;
  message: string;
  remedy?: string | undefined;
  remains?: Remains | undefined;
}

/** The text of a failure for the user; `commands` are those that the remedy may name. */
export async function wordsOf(failure: ToldFailure, commands: FollowUpCommands): Promise<Words> {
  const { message, remedy } = failure;
  if (remedy !== undefined) return { message, remedy };
  for (const load of ROOMS) {
    const words = wordsFrom((await load()).sayings, failure, commands);
    if (words !== undefined) return { ...words, ...(await ofReason(words, failure.facts, commands)) };
  }
  return { message };
}

/** A failure that has another one as its reason: what helps against that helps here. */
async function ofReason(
  { remedy }: Words,
  facts: { failure?: Failure },
  commands: FollowUpCommands,
): Promise<Pick<Words, 'remedy'>> {
  if (remedy !== undefined || facts.failure === undefined) return {};
  const reason = await wordsOf({ ...facts.failure, message: '' }, commands);
  return reason.remedy === undefined ? {} : { remedy: reason.remedy };
}

/** What to do about objects that a failure leaves: if it is unknown whether they exist, look for them first. */
function withRemains(words: Words, { object, sure }: Remains, commands: FollowUpCommands): Words {
  if (sure) {
    const remove = `Remove the copy with: ${commands.deletePod(object)}`;
    return { ...words, remedy: words.remedy === undefined ? remove : `${words.remedy}. ${remove}` };
  }
  const look = commands.getPod(object);
  const remedy =
    object.kind === 'pod'
      ? `The pod may have been created anyway; check with: ${look}`
      : `The debug container may have been added anyway; check with: ${look} -o yaml`;
  return { ...words, remedy };
}

/** The messages of a room for a failure; undefined if its code belongs to another room. */
export function wordsFrom(
  sayings: object,
  { code, facts, message, remains }: ToldFailure,
  commands: FollowUpCommands,
): Words | undefined {
  if (!Object.hasOwn(sayings, code)) return undefined;
  const entry = (sayings as Record<string, unknown>)[code];
  const saying = (typeof entry === 'function' ? entry(facts, commands) : entry) as Saying;
  const words = { message, ...(typeof saying === 'string' ? { remedy: saying } : saying) };
  return remains === undefined ? words : withRemains(words, remains, commands);
}
