import { setMaxListeners } from 'node:events';
import { startTimer } from '../base/timer.ts';
import { type EndingSignal, Interrupted, outputInterruption } from '../model/interruption.ts';
import type { World } from '../model/world.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly EndingSignal[];

/**
 * How long (ms) a command may take to stop after a signal: longer than its clean-up. Only operations that can't be
 * aborted, such as reading a file, take longer.
 */
const LONGEST_END_MS = 6_000;

/** Signals within this time (ms) count as one: timeout(1) signals both the program and its process group. */
const ONE_SIGNAL_MS = 500;

/** What stops a command line from outside. */
export interface CommandSignal {
  /**
   * Aborted once, by whatever comes first: a signal (`Interrupted`), an output that can't be written (`BrokenPipe`,
   * `OutputFailed`), or an uncaught error (that error).
   */
  signal: AbortSignal;
  /** Aborts it. */
  readonly abort: (reason: Error) => void;
  /**
   * Calls `handler` first on SIGINT; it returns true if the command continues. Returns a function that removes the
   * handler.
   */
  readonly onInterrupt: (handler: () => boolean) => () => void;
  /**
   * Resolves when the program must not wait for the command any longer: at a second signal, or if it takes too long to
   * stop.
   */
  leave: Promise<void>;
  /** Restores the default actions of signals and errors. */
  release(): void;
}

/** Starts to listen to signals, output errors and uncaught errors. */
export function commandSignal(
  world: Pick<World, 'now' | 'onSignal' | 'onOutputError' | 'onUncaughtError'>,
): CommandSignal {
  const controller = new AbortController();
  // Each of many parallel requests listens to it: that is no leak for Node to warn about.
  setMaxListeners(0, controller.signal);
  let cancel = () => undefined as void;
  let abortedAt = 0;
  let leave = () => undefined as void;
  let isHandled = (): boolean => false;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const abort = (reason: Error) => {
    if (controller.signal.aborted) return;
    abortedAt = world.now();
    cancel = startTimer(LONGEST_END_MS, leave);
    controller.abort(reason);
  };
  const offs = [
    ...ENDING.map((name) =>
      world.onSignal(name, () => {
        if (name === 'SIGINT' && !controller.signal.aborted && isHandled()) return;
        if (controller.signal.aborted && world.now() - abortedAt >= ONE_SIGNAL_MS) leave();
        abort(new Interrupted(name));
      }),
    ),
    world.onOutputError((stream, error) => abort(outputInterruption(stream, error))),
    world.onUncaughtError((error) => abort(error instanceof Error ? error : new Error(String(error)))),
  ];
  return {
    signal: controller.signal,
    abort,
    onInterrupt: (handler) => {
      isHandled = handler;
      return () => (isHandled = () => false);
    },
    leave: left,
    release: () => {
      cancel();
      for (const off of offs) off();
    },
  };
}
