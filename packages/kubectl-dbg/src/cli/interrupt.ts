import type { InterruptSignal, World } from '../world.ts';

/** Signals that end a session. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly InterruptSignal[];

/** The reason of an abort: the user, or the system, wants kubectl-dbg to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: (typeof ENDING)[number];

  constructor(signal: (typeof ENDING)[number]) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * An AbortSignal that the first ending signal aborts, with an `Interrupted` as reason. From then on signals have
 * their default action again, so that a second one ends the program at once.
 */
export function abortOnSignals(world: Pick<World, 'onSignal'>): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let offs: (() => void)[] = [];
  const release = () => {
    for (const off of offs) off();
    offs = [];
  };
  offs = ENDING.map((name) =>
    world.onSignal(name, () => {
      release();
      controller.abort(new Interrupted(name));
    }),
  );
  return { signal: controller.signal, release };
}
