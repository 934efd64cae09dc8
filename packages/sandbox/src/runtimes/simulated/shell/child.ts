import { ProcessExit, SIGNAL_BASE, SIGNAL_NUMBERS } from './process.ts';
import type { Shell } from './shell.ts';

/**
 * Runs something as a child process of a shell: a signal to it, or `kill $$` in it, terminates only the child.
 *
 * @param argv its command line in `ps`; absent for a part of the shell itself
 * @param run called with the child's shell
 */
export async function runChild(
  parent: Shell,
  argv: readonly string[] | undefined,
  run: (child: Shell, kill: (name: NodeJS.Signals) => void) => Promise<number>,
): Promise<{ code: number; signal?: NodeJS.Signals }> {
  const controller = new AbortController();
  let killedBy: NodeJS.Signals | undefined;
  const kill = (name: NodeJS.Signals): void => {
    if (child.catchSignal(name)) return;
    killedBy = name;
    controller.abort(new ProcessExit(SIGNAL_BASE + (SIGNAL_NUMBERS[name] ?? 0)));
  };
  const passOn = (): void => controller.abort(parent.signal.reason);
  parent.signal.addEventListener('abort', passOn, { once: true });
  const { processes, uid, tree } = parent.machine;
  const pid = argv === undefined ? parent.pid : processes.add({ uid, argv, tree });
  const child = parent.fork({ pid, signal: controller.signal, kill });
  try {
    return { code: await run(child, kill) };
  } catch (error) {
    parent.signal.throwIfAborted();
    if (killedBy === undefined || !(error instanceof ProcessExit)) throw error;
    return { code: error.code, signal: killedBy };
  } finally {
    if (argv !== undefined) processes.remove(pid);
    parent.signal.removeEventListener('abort', passOn);
  }
}
