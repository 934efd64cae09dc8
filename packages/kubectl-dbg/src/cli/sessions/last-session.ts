import type { World } from '../../model/world.ts';
import { parseSession, type SessionWord } from '../../operations/sessions/find-session.ts';
import { CliError } from '../cli-error.ts';

/** The argument for the last session of this terminal. */
const LAST = '-';

/** A session from the command line; `-` is the last one of this terminal. Throws DbgError. */
export async function readSessionWord(
  word: string,
  server: string,
  world: Pick<World, 'recall'>,
): Promise<SessionWord> {
  if (word !== LAST) return parseSession(word);
  const kept = readKept(await world.recall?.());
  if (kept === undefined) {
    throw new CliError(
      'notFound',
      'LastSessionUnknown',
      'no session of this terminal is known',
      'Name one as POD/CONTAINER; see kubectl dbg ls',
    );
  }
  if (kept.server !== server) {
    throw new CliError(
      'usage',
      'LastSessionElsewhere',
      `the last session of this terminal is on another cluster (${kept.server})`,
      'Choose that cluster, with --context, or name a session',
    );
  }
  return parseSession(kept.session);
}

function readKept(text: string | undefined): { session: string; server: string } | undefined {
  try {
    const value = JSON.parse(text ?? '') as { session?: unknown; server?: unknown } | null;
    const { session, server } = value ?? {};
    return typeof session === 'string' && typeof server === 'string' ? { session, server } : undefined;
  } catch {
    return undefined;
  }
}
