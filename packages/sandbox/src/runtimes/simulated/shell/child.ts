import { ProcessExit, SIGNAL_BASE, SIGNAL_NUMBERS } from './process.ts';
import type { Shell } from './shell.ts';

/**
 * Runs something as a process of its own below a shell: a signal to it, or `kill $$` in it, ends it alone.
 *
 * @param argv what `ps` shows of it; absent for a part of the shell itself
 * @param run is given the child's shell and how to kill it
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
