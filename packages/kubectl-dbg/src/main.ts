#!/usr/bin/env node
import { ExitCode } from './errors.ts';
import { VERSION } from './version.ts';

/** The shell's code for a process that died of SIGPIPE: whoever read our output has stopped reading. */
const SIGPIPE_EXIT = 141;

const argv = process.argv.slice(2);

if (argv.length === 1 && argv[0] === '--version') {
  process.stdout.write(`kubectl-dbg ${VERSION}\n`);
} else {
  await start();
}

async function start(): Promise<void> {
  const { realWorld } = await import('./cli/real-world.ts');
  const { run } = await import('./cli/run.ts');
  const world = realWorld();
  // Whatever happens, a terminal in raw mode is put back: exit handlers run last and synchronously.
  process.once('exit', () => {
    if (process.stdin.isTTY === true && process.stdin.isRaw) process.stdin.setRawMode(false);
  });
  process.on('uncaughtException', (error) => void reportBug(error).then(() => process.exit(ExitCode.bug)));
  process.stdout.on('error', endOnBrokenPipe);
  process.stderr.on('error', endOnBrokenPipe);
  try {
    process.exitCode = await run(argv, world);
  } catch (error) {
    await reportBug(error);
    process.exitCode = ExitCode.bug;
  }
  // An open standard input would keep the process alive.
  process.stdin.destroy();
}

async function reportBug(error: unknown): Promise<void> {
  const { describeBug } = await import('./cli/failure.ts');
  process.stderr.write(`${describeBug(error)}\n`);
}

function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(SIGPIPE_EXIT);
}
