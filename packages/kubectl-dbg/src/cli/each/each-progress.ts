import { sanitise } from '../../base/sanitise.ts';
import { type TargetResult, targetName } from '../../model/report.ts';
import type { OutputStream } from '../../model/world.ts';

const CLEAR_LINE = '\r\x1b[2K';

/** How often the line is redrawn, in ms. */
const TICK_MS = 250;

/** Maximum of names when the running targets are listed. */
const MAX_NAMED = 20;

/**
 * Shows the progress of a run: on a terminal one line that is redrawn and then erased, otherwise a line for each target.
 */
export class EachProgress {
  readonly #output: OutputStream;
  readonly #quiet: boolean;
  readonly #now: () => number;
  readonly #running = new Map<string, number>();
  #begun: number;
  #targets = 0;
  #done = 0;
  #failed = 0;
  #isDrawn = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: OutputStream, { quiet, now }: { quiet: boolean; now: () => number }) {
    this.#output = output;
    this.#quiet = quiet;
    this.#now = now;
    this.#begun = now();
  }

  selected(targets: number): void {
    this.#targets = targets;
    this.#begun = this.#now();
    if (this.#quiet || this.#output.isTTY !== true) return;
    this.#timer = setInterval(() => this.#draw(), TICK_MS);
    this.#timer.unref();
  }

  started(name: string): void {
    this.#running.set(name, this.#now());
  }

  finished(result: TargetResult): void {
    const name = targetName(result);
    this.#running.delete(name);
    this.#done += 1;
    if (result.class !== 'passed' && result.class !== 'skipped') this.#failed += 1;
    if (this.#quiet || this.#output.isTTY === true) return;
    const code = result.exitCode === undefined ? '' : ` (${result.exitCode})`;
    const why = [result.reason, result.message].filter((part) => part !== undefined).join(': ');
    this.#output.write(
      `${sanitise(`${name}: ${result.class.replace('-', ' ')}${code}${why === '' ? '' : `: ${why}`}`)}\n`,
    );
  }

  /** Lists the running targets, the longest running first. */
  showRunning(): void {
    this.#wipe();
    const list = [...this.#running].toSorted(([, a], [, b]) => a - b);
    for (const [name, since] of list.slice(0, MAX_NAMED)) {
      this.#output.write(`${sanitise(name)}: running for ${Math.round((this.#now() - since) / 1000)} s\n`);
    }
    const rest = list.length - MAX_NAMED;
    if (rest > 0) this.#output.write(`and ${rest} more\n`);
    if (list.length === 0) this.#output.write('nothing is running\n');
  }

  /** Writes something between two redraws of the line. */
  interrupt(write: () => void): void {
    this.#wipe();
    write();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#wipe();
  }

  #draw(): void {
    const seconds = Math.max(0.001, (this.#now() - this.#begun) / 1000);
    const rate = this.#done / seconds;
    const left = this.#targets - this.#done;
    const time = rate > 0 && this.#done > 4 ? `, ${Math.ceil(left / rate)} s left` : '';
    const line = `${this.#done}/${this.#targets} done, ${this.#running.size} running, ${this.#failed} not passed, ${rate.toFixed(1)}/s${time}`;
    this.#output.write(`${CLEAR_LINE}${line.slice(0, (this.#output.columns ?? 80) - 1)}`);
    this.#isDrawn = true;
  }

  #wipe(): void {
    if (this.#isDrawn) this.#output.write(CLEAR_LINE);
    this.#isDrawn = false;
  }
}
