import { writeSync } from 'node:fs';
import { SIGPIPE_EXIT } from '../model/failure.ts';
import { VERSION } from '../version.ts';

const STDOUT = 1;

/**
 * The fastest path: `--version` alone loads nothing else. Returns whether it was printed; otherwise the program prints it
 * as any other output.
 */
export function printVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || argv[0] !== '--version') return false;
  const text = `kubectl-dbg ${VERSION}\n`;
  try {
    // Opening the stream takes 5 ms more than the write.
    writeSync(STDOUT, text);
  } catch (error) {
    // A reader may be slow, a disk full.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return false;
    process.exitCode = SIGPIPE_EXIT;
  }
  return true;
}
