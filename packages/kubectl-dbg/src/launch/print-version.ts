import { writeSync } from 'node:fs';
import { SIGPIPE_EXIT } from '../model/failure.ts';
import { VERSION } from '../version.ts';

const STDOUT = 1;

/** The fastest path: `--version` alone loads nothing else. Returns whether that was requested. */
export function printVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || argv[0] !== '--version') return false;
  const text = `kubectl-dbg ${VERSION}\n`;
  try {
    // Opening the stream takes 5 ms more than the write.
    writeSync(STDOUT, text);
  } catch (error) {
    // Ignores a closed reader; for a slow one the stream waits.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exitCode = SIGPIPE_EXIT;
    else process.stdout.write(text);
  }
  return true;
}
