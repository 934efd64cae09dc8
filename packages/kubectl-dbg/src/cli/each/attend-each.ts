import type { StopReason } from '../../model/report.ts';
import { Interrupted, interruptionOf } from '../../model/interruption.ts';
import type { World } from '../../model/world.ts';
import type { CommandSettings } from '../commands/command.ts';
import type { EachProgress } from './each-progress.ts';

/**
 * What a user at the terminal does to a run: the first ctrl-C starts no new targets and lists the running ones, the
 * second one terminates those, the third one the program; Enter only lists the running targets.
 */
export class EachAttention {
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  readonly #settings: Pick<CommandSettings, 'onInterrupt'>;
  readonly #progress: EachProgress;
  readonly #world: AttendedWorld;
  readonly #say: (text: string) => void;
  #stops: (() => void)[] = [];

  constructor(
    settings: Pick<CommandSettings, 'onInterrupt'>,
    progress: EachProgress,
    world: AttendedWorld,
    say: (text: string) => void,
  ) {
    this.#settings = settings;
    this.#progress = progress;
    this.#world = world;
    this.#say = say;
  }

  /** Aborted when no new targets are to be started. */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** Aborted to terminate running targets. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** From now on; before, ctrl-C stops everything at once. */
  begin(): void {
    const interrupted = this.#settings.onInterrupt(() => this.#interrupt());
    this.#stops = [interrupted, listenForEnter(this.#world, () => this.#progress.showRunning())];
  }

  end(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Returns whether the run continues. */
  #interrupt(): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#drain.signal.aborted) {
      this.#stop.abort(new Error('stopped'));
      this.#progress.interrupt(() =>
        this.#say('Stopping the running commands; press ctrl-C again to leave them running and exit.'),
      );
      return true;
    }
    this.#drain.abort();
    this.#progress.showRunning();
    this.#say('No new targets are started; press ctrl-C again to stop the running ones.');
    return true;
  }
}

type AttendedWorld = Pick<World, 'stdin' | 'stderr' | 'isForeground' | 'onSignal'>;

/** Calls `call` for each entered line, while the program is in the foreground of the terminal. */
function listenForEnter(world: AttendedWorld, call: () => void): () => void {
  const { stdin, stderr } = world;
  if (stdin.isTTY !== true || stderr.isTTY !== true) return () => undefined;
  let isOver = false;
  const onData = (chunk: Buffer | string) => {
    if (chunk.toString().includes('\n')) call();
  };
  // A process that reads a terminal from the background is stopped.
  const listen = () => {
    void world.isForeground().then((is) => {
      stdin.off('data', onData);
      if (is && !isOver) stdin.on('data', onData).resume();
      else stdin.pause();
    });
  };
  listen();
  const stopContinue = world.onSignal('SIGCONT', listen);
  return () => {
    isOver = true;
    stopContinue();
    stdin.off('data', onData);
    stdin.pause();
  };
}

/** Why an interrupted run stopped. */
export function stoppedBy(drain: AbortSignal, signal: AbortSignal): StopReason | undefined {
  const reason = interruptionOf(signal);
  if (reason instanceof Interrupted && reason.signal !== 'SIGQUIT') return reason.signal;
  return drain.aborted ? 'SIGINT' : undefined;
}
