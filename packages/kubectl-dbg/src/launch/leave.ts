import { startTimer } from '../base/timer.ts';
import type { EndingSignal } from '../model/interruption.ts';

/** How long (ms) the reader of an output may take for the rest of it, after a signal has stopped the command. */
const DRAIN_MS = 500;

/** Operations in Node's threads: they can't be aborted, and `process.exit` waits for them. */
const THREADED = /^(?:FS|GetAddrInfo|GetNameInfo)Req/;

/** After a signal no reader is waited for: resolves when the outputs have accepted everything, or soon. */
export async function drainedOrLate(drained: Promise<unknown>): Promise<void> {
  const late = new Promise<void>((resolve) => void startTimer(DRAIN_MS, resolve, { unref: true }));
  await Promise.race([drained, late]);
}

/**
 * Terminates the process after a signal, even if a thread of Node waits for a name server that does not respond: then by
 * the signal itself, which is the same for a shell.
 */
export function leaveBy(signal: EndingSignal): void {
  // SIGQUIT would write a core dump, including secrets.
  if (isHeld()) process.kill(process.pid, signal === 'SIGQUIT' ? 'SIGKILL' : signal);
  else process.exit();
}

/** Bun does not provide this; on Windows no process is terminated by a signal. */
function isHeld(): boolean {
  if (process.platform === 'win32') return false;
  return process.getActiveResourcesInfo?.().some((name) => THREADED.test(name)) === true;
}
