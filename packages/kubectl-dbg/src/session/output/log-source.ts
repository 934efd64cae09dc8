import { HeldLog } from './held-log.ts';
import { LOG_LINE_OVERHEAD } from './limits.ts';
import type { SpliceOutput } from './splice-output.ts';

const LF = 0x0a;

/** What the log has brought, how its reading stands, and what is known of its being whole. */
export class LogSource {
  readonly held = new HeldLog();
  state: 'released' | 'open' | 'ended' | 'refused' = 'open';
  /** The reading that ended was complete. */
  clean = true;
  /** When the reading ended. */
  over = 0;
  /** Bytes of it as the runtime stores them, about. */
  stored = 0;
  /** Bytes may be missing from what was read: its length proves nothing. */
  cut = false;
  /** It was read once more at the end, because it may have been cut. */
  reread = false;
  /** It has been asked for again since it fell silent. */
  askedAgain = false;
  /** A plain read was asked whether it has more than it has brought. */
  checkedEnd = false;
  readonly #output: SpliceOutput;

  constructor(output: SpliceOutput) {
    this.#output = output;
    this.open(true);
  }

  open(follow: boolean): void {
    this.state = 'open';
    this.#output.push({ do: 'open-log', follow });
  }

  release(): void {
    if (this.state === 'open') this.#output.push({ do: 'close-log' });
    this.state = 'released';
  }

  check(): void {
    this.checkedEnd = true;
    this.#output.push({ do: 'check-log' });
  }

  ended(clean: boolean, now: number): void {
    this.state = 'ended';
    this.clean = clean;
    this.over = now;
  }

  /** It has brought something: it has not fallen silent, and nobody knows whether that was all. */
  came(data: Uint8Array): void {
    this.askedAgain = false;
    this.checkedEnd = false;
    this.stored += data.length + countLines(data) * LOG_LINE_OVERHEAD;
  }
}

function countLines(data: Uint8Array): number {
  let count = 0;
  for (let at = data.indexOf(LF); at !== -1; at = data.indexOf(LF, at + 1)) count += 1;
  return count;
}
