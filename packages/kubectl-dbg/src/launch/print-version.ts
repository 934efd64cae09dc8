import { writeSync } from 'node:fs';
import { SIGPIPE_EXIT } from '../errors.ts';
import { VERSION } from '../version.ts';

const STDOUT = 1;

/** The shortest way of all: `--version` alone needs nothing else to be loaded. Returns whether that was asked for. */
export function printVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || argv[0] !== '--version') return false;
  const text = `kubectl-dbg ${VERSION}\n`;
  try {
    // Opening the stream takes 5 ms more than the write.
    writeSync(STDOUT, text);
  } catch (error) {
    // A reader that has gone wants no more; one that is slow is waited for by the stream.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exitCode = SIGPIPE_EXIT;
    else process.stdout.write(text);
  }
  return true;
}
