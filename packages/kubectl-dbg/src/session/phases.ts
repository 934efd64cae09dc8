import type { Progress } from './wait.ts';

/** Milliseconds that a container took to run, by what held it up. */
export interface Phases {
  /** The pod had no node. */
  schedule: number;
  /** Its image was being pulled. Events tell that, which are asked for only where a container takes more than a second. */
  pull: number;
  /** All else: volumes, the pod's sandbox, the process itself. */
  create: number;
}

const PHASE_OF = {
  scheduling: 'schedule',
  pulling: 'pull',
  creating: 'create',
  starting: 'create',
} as const satisfies Record<Progress['phase'], keyof Phases>;

/** Tells how long a container's start took in each of its phases. */
export class PhaseClock {
  readonly #times: Phases = { schedule: 0, pull: 0, create: 0 };
  #current: keyof Phases = 'create';
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  enter(phase: Progress['phase'], now: number): void {
    this.read(now);
    this.#current = PHASE_OF[phase];
  }

  /** The times up to now. */
  read(now: number): Phases {
    this.#times[this.#current] += now - this.#since;
    this.#since = now;
    return { ...this.#times };
  }
}
