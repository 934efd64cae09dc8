import { run } from '../cli/run.ts';
import { realWorld } from '../cli/real-world.ts';
import { ExitCode } from '../errors.ts';
import { endOnBrokenPipe } from './end-on-broken-pipe.ts';

/** Runs this process's command line to its end. `afterSession` is called when a session is over. */
export async function start(argv: readonly string[], afterSession?: () => void): Promise<void> {
  // Whatever happens, a terminal in raw mode is put back: exit handlers run last and synchronously.
  process.once('exit', () => {
    if (process.stdin.isTTY === true && process.stdin.isRaw) process.stdin.setRawMode(false);
  });
  process.on('uncaughtException', (error) => void reportBug(error).then(() => process.exit(ExitCode.bug)));
  try {
    process.exitCode = await run(argv, realWorld(endOnBrokenPipe), { afterSession });
  } catch (error) {
    await reportBug(error);
    process.exitCode = ExitCode.bug;
  }
  // An open standard input would keep the process alive.
  process.stdin.destroy();
}

async function reportBug(error: unknown): Promise<void> {
  const { describeBug } = await import('../cli/failure.ts');
  process.stderr.write(`${describeBug(error)}\n`);
}
