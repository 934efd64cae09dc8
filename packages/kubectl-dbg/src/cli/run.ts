import { DbgError, ExitCode } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { World } from '../world.ts';
import { describeFailure } from './failure.ts';
import { parse, type ParsedArguments } from './grammar/index.ts';

/**
 * Runs one command line to its end and returns the exit code (docs/exit-codes.md). What a user can meet ends in one
 * line on stderr; whatever is thrown out of here is a bug.
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(parse(argv), world);
  } catch (error) {
    if (!(error instanceof DbgError)) throw error;
    const { sanitise } = await import('../sanitise.ts');
    world.stderr.write(`${sanitise(describeFailure(error))}\n`);
    return error.exitCode;
  }
}

async function dispatch(parsed: ParsedArguments, world: World): Promise<number> {
  switch (parsed.command) {
    case 'version':
      world.stdout.write(`kubectl-dbg ${VERSION}\n`);
      return ExitCode.ok;
    default: {
      const { debug } = await import('./debug.ts');
      return await debug(parsed, world);
    }
  }
}
