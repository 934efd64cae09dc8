import type { SpliceContext } from './context.ts';
import type { SpliceState } from './state.ts';

/** Writes the rest of the log (unless it was already written), closes it, and does nothing more. */
export class Finished implements SpliceState {
  readonly name = 'finished';

  constructor({ log, output }: SpliceContext, logWritten: boolean) {
    if (!logWritten) output.writeLog(log.pending.take(log.pending.window.end));
    log.release();
    output.push({ do: 'finished' });
  }

  advance(): SpliceState {
    return this;
  }

  deadlines(): number[] {
    return [];
  }
}
