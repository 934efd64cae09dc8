import type { Progress } from './wait-for-container.ts';

/** Duration of a container's start in milliseconds, by phase. */
export interface Phases {
  /** The pod had no node. */
  schedule: number;
  /** Its image was being pulled. This is from Events, which are read only if the start takes more than a second. */
  pull: number;
  /** Everything else: volumes, the pod's sandbox, the process itself. */
  create: number;
}

const PHASE_OF = {
  scheduling: 'schedule',
  pulling: 'pull',
  creating: 'create',
  starting: 'create',
} as const satisfies Record<Progress['phase'], keyof Phases>;

/** Measures the phases of a container's start. */
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

  /** The durations so far. */
  read(now: number): Phases {
    this.#times[this.#current] += now - this.#since;
    this.#since = now;
    return { ...this.#times };
  }
}
