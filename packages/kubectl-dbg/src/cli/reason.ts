import type { World } from '../model/world.ts';
import { CliError, usage } from './cli-error.ts';

/** Maximum length of a reason: it should fit on a line. */
const LONGEST = 500;

/**
 * `--reason`; undefined if there is none. Throws DbgError (usage) if `KUBECTL_DBG_REQUIRE_REASON` requires one and
 * something will be written.
 */
export function reasonOf(
  { reason = '', dryRun = 'none' }: { reason?: string; dryRun?: string },
  { env }: Pick<World, 'env'>,
): string | undefined {
  const why = reason.trim();
  if (why.length > LONGEST) {
    throw usage(
      `--reason has ${why.length} characters, more than ${LONGEST}`,
      'Name a ticket, or describe it in one line',
    );
  }
  if (why !== '') return why;
  if (!env['KUBECTL_DBG_REQUIRE_REASON'] || dryRun !== 'none') return undefined;
  throw new CliError(
    'usage',
    'ReasonNotGiven',
    'a reason is required here (KUBECTL_DBG_REQUIRE_REASON)',
    'Give the reason with --reason TEXT, such as a ticket',
  );
}
