import type { ResultClass } from '../../model/report.ts';
import type { EachPace } from './request.ts';

/** Number of results from which a share of failures is meaningful. */
const MIN_RESULTS_FOR_SHARE = 10;

/** Compares results with `maxFailures`. Targets that could not run are not failures of the command. */
export class Thresholds {
  readonly #limit: EachPace['maxFailures'];
  #failures = 0;
  #results = 0;

  constructor(limit: EachPace['maxFailures']) {
    this.#limit = limit;
  }

  add(result: ResultClass): void {
    if (result === 'skipped' || result === 'not-attempted') return;
    this.#results += 1;
    if (result === 'failed' || result === 'timed-out') this.#failures += 1;
  }

  /** More targets failed than allowed. */
  get exceeded(): boolean {
    if (this.#limit === undefined) return false;
    if ('count' in this.#limit) return this.#failures > this.#limit.count;
    return this.#results >= MIN_RESULTS_FOR_SHARE && this.#failures > this.#limit.share * this.#results;
  }
}
