import type { RunSettings } from '../cli/commands/command.ts';
import { run } from '../cli/run.ts';
import type { World } from '../model/world.ts';
import { dieWithLostTerminal } from './lost-terminal.ts';
import { OutputErrors } from './output-errors.ts';
import { drainedOrLate, leaveBy } from './leave.ts';
import { realWorld } from './real-world.ts';
import { showsStack } from './shows-stack.ts';
import { ExitCode } from '../model/failure.ts';
import {
  type EndingSignal,
  exitCodeOfInterruption,
  outputInterruption,
  OutputFailed,
} from '../model/interruption.ts';

/** How long (ms) something may keep the process alive after the command has ended: nothing is waited for. */
const LINGER_MS = 250;

/** Runs this process's command line to its end. `afterSession` is called after a session. */
export async function start(argv: readonly string[], afterSession?: () => void): Promise<void> {
  // Whatever happens, a terminal in raw mode is restored: exit handlers run last and synchronously.
  process.once('exit', () => {
    dieWithLostTerminal();
    if (process.stdin.isTTY === true && process.stdin.isRaw) process.stdin.setRawMode(false);
  });
  const outputs = new OutputErrors();
  const world = realWorld(outputs);
  const bug = async (error: unknown) => await reportBug(error, world, showsStack(argv));
  let signal: EndingSignal | undefined;
  const interrupted = (name: EndingSignal) => (signal = name);
  const code = await codeOf(argv, world, bug, { afterSession, interrupted });
  settle(code, world, bug);
  const drained = Promise.all([...outputs.streams].map(drain));
  if (signal === undefined) {
    await drained;
    setTimeout(() => process.exit(), LINGER_MS).unref();
    return;
  }
  await drainedOrLate(drained);
  setTimeout(leaveBy, LINGER_MS, signal).unref();
}

/** Resolves when an output has accepted what was written. */
async function drain(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    for (const event of ['drain', 'close', 'error']) stream.once(event, () => resolve());
    stream.write('', () => resolve());
  });
}

type ReportBug = (error: unknown) => Promise<void>;

async function codeOf(
  argv: readonly string[],
  world: World,
  bug: ReportBug,
  settings: RunSettings,
): Promise<number> {
  try {
    return await run(argv, world, settings);
  } catch (error) {
    await bug(error);
    return ExitCode.bug;
  }
}

/** Sets the exit code of the process, whatever happens to the rest of the output. */
function settle(code: number, world: World, bug: ReportBug): void {
  process.exitCode = code;
  // The reader may close, or the disk may be full, only at the last bytes.
  world.onOutputError((stream, error) => {
    if (process.exitCode !== ExitCode.ok) return;
    const interruption = outputInterruption(stream, error);
    process.exitCode = exitCodeOfInterruption(interruption);
    if (interruption instanceof OutputFailed) world.stderr.write(`error: ${interruption.message}\n`);
  });
  world.onUncaughtError((error) => void bug(error).then(() => process.exit(ExitCode.bug)));
  // An open standard input would keep the process alive.
  process.stdin.destroy();
}

async function reportBug(error: unknown, { stderr }: Pick<World, 'stderr'>, stack: boolean): Promise<void> {
  const { bugStack, describeBug } = await import('../cli/present/bug.ts');
  const { sanitise } = await import('../base/sanitise.ts');
  const lines = [describeBug(error), ...(stack ? bugStack(error) : [])];
  stderr.write(lines.map((line) => `${sanitise(line)}\n`).join(''));
}
