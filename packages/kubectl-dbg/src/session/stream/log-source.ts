import { PendingLog } from './pending-log.ts';
import { LOG_LINE_OVERHEAD } from './thresholds.ts';
import type { SpliceOutput } from './splice/splice-output.ts';

const LF = 0x0a;

/** The log's data, the state of its read, and whether it is known to be complete. */
export class LogSource {
  readonly pending = new PendingLog();
  state: 'released' | 'open' | 'ended' | 'refused' = 'open';
  /** The finished read was complete. */
  clean = true;
  /** When the read ended. */
  over = 0;
  /** Its approximate size as stored by the runtime. */
  stored = 0;
  /** Bytes may be missing from the read part: its length proves nothing. */
  cut = false;
  /** It was read again at the end, because it may have been cut. */
  reread = false;
  /** It was read again after it became silent. */
  askedAgain = false;
  /** A plain read was made to see whether it has more. */
  checkedEnd = false;
  /** Since when the response to that is pending. */
  checking: number | undefined;
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

  check(now: number): void {
    this.checkedEnd = true;
    this.checking = now;
    this.#output.push({ do: 'check-log' });
  }

  ended(clean: boolean, now: number): void {
    this.state = 'ended';
    this.clean = clean;
    this.over = now;
  }

  /** It has sent something: it is not silent, and it is unknown whether that was all. */
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
