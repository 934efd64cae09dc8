import { type CancelTimer, startTimer } from '../../base/timer.ts';
import type { OutputStream } from '../../model/world.ts';
import type { Progress } from '../../session/wait/wait-for-container.ts';

/** Starts faster than this are not reported: most are. */
const SILENT_MS = 700;

/** The same for a start that only helps with something else, and is told by lines. */
const SILENT_HELP_MS = 5_000;

/** How often the seconds on the line are updated. */
const TICK_MS = 1_000;

const CLEAR_LINE = '\r\x1b[2K';

/**
 * Shows what a session waits for: on a terminal one line that is redrawn and then erased, otherwise a line for each new
 * phase.
 */
export class ProgressLine {
  readonly #output: OutputStream;
  readonly #subject: string;
  readonly #show: (text: string) => string;
  readonly #begun: number;
  readonly #now: () => number;
  #phase: Progress = { phase: 'creating' };
  #since: number;
  #cancel: CancelTimer | undefined;
  #drawn = false;
  readonly #silent: number;
  #said = '';

  /** `show` sanitises untrusted text; `subject` is what is awaited, such as `container debugger-x2l7b`. */
  constructor(
    output: OutputStream,
    subject: string,
    { show, now, helps }: { show: (text: string) => string; now: () => number; helps: boolean },
  ) {
    this.#output = output;
    this.#subject = subject;
    this.#show = show;
    this.#now = now;
    this.#begun = now();
    this.#since = this.#begun;
    this.#silent = helps && output.isTTY !== true ? SILENT_HELP_MS : SILENT_MS;
    this.#cancel = startTimer(this.#silent, () => this.#tick());
  }

  update(progress: Progress): void {
    if (progress.phase !== this.#phase.phase) this.#since = this.#now();
    this.#phase = progress;
    if (this.#now() - this.#begun >= this.#silent) this.#draw();
  }

  /** Erases the line; nothing is drawn after this. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#drawn && this.#output.isTTY === true) this.#output.write(CLEAR_LINE);
    this.#drawn = false;
  }

  #tick(): void {
    this.#draw();
    this.#cancel = startTimer(TICK_MS, () => this.#tick());
  }

  #draw(): void {
    if (this.#cancel === undefined) return;
    const { phase, detail } = this.#phase;
    const words = `${this.#subject}: ${PHASE_WORDS[phase]}${detail === undefined ? '' : ` (${detail})`}`;
    if (this.#output.isTTY !== true) {
      if (words === this.#said) return;
      this.#said = words;
      this.#output.write(`${this.#show(words)}\n`);
      return;
    }
    const seconds = Math.round((this.#now() - this.#since) / 1000);
    const room = (this.#output.columns ?? 80) - 1;
    const line = `${this.#show(words)} ${seconds}s`;
    this.#output.write(`${CLEAR_LINE}${line.length > room ? `${line.slice(0, room - 1)}…` : line}`);
    this.#drawn = true;
  }
}

const PHASE_WORDS: Record<Progress['phase'], string> = {
  scheduling: 'waiting for a node',
  pulling: 'pulling the image',
  creating: 'creating',
  starting: 'starting',
};
