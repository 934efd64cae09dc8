import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Meaning } from '../../model/failures/meaning.ts';
import type { FailureKind } from '../../model/exit-code.ts';

/** The text of a failure for the user. */
export interface Words {
  /** What failed, on what, and why. */
  message: string;
  /** What to do next, an imperative sentence without a full stop. */
  remedy?: string;
}

/** For a failure: what to do next, and if a flag is at fault a message that names it. */
export type Saying = string | { message?: string; remedy?: string } | undefined;

/**
 * The texts for a room's failures, by code: what the error itself can't say because it knows no flags and no commands.
 * Undefined if there is nothing to add.
 */
export type Sayings<Room> = {
  [C in keyof Room]:
    | Saying
    | ((
        facts: Room[C] extends Meaning<FailureKind, infer Facts> ? Facts : never,
        commands: FollowUpCommands,
      ) => Saying);
};
