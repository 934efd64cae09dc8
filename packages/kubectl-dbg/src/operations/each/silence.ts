import { startTimer } from '../../base/timer.ts';

/** The timer; tests pass their own. */
export type After = (milliseconds: number, call: () => void) => () => void;

/**
 * A watch that has sent nothing for this time (ms), not even a bookmark, may be dead. The time doubles while this is not
 * confirmed; servers send a bookmark every minute.
 */
const SILENT_MS = 10_000;
const SILENT_LIMIT_MS = 90_000;

/** Checks a silent watch by a read that shows whether the watch has missed something. */
export class Silence {
  readonly #ask: () => Promise<boolean>;
  readonly #after: After;
  #wait = SILENT_MS;
  #cancel: () => void = () => undefined;
  #isOver = false;

  /** @param ask resolves with whether the watch has missed something; not called again before that */
  constructor(ask: () => Promise<boolean>, after: After = startTimer) {
    this.#ask = ask;
    this.#after = after;
    this.broken();
  }

  /** Something arrived: the silence begins again. */
  broken(): void {
    this.#cancel();
    if (!this.#isOver) this.#cancel = this.#after(this.#wait, () => void this.#doubt());
  }

  end(): void {
    this.#isOver = true;
    this.#cancel();
  }

  async #doubt(): Promise<void> {
    const isDeaf = await this.#ask().catch(() => false);
    this.#wait = isDeaf ? SILENT_MS : Math.min(this.#wait * 2, SILENT_LIMIT_MS);
    this.broken();
  }
}
