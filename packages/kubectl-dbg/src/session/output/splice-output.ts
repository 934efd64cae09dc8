import type { Stretch } from './hand-over.ts';
import type { OutputGap, SpliceReport } from './report.ts';

/** What the splice wants done. */
export type SpliceCommand =
  | { do: 'write'; stream: 'stdout' | 'stderr'; data: Uint8Array }
  /** Read the log on after the newest byte had: `follow` it, or read just what there is. */
  | { do: 'open-log'; follow: boolean }
  /** Ask by a plain read whether the log has more than it has brought; the answer is `logChecked`. */
  | { do: 'check-log' }
  /** The log is no longer needed. */
  | { do: 'close-log' }
  | { do: 'finished' };

/** What the splice has to say: commands in order, and the report of what was written. */
export class SpliceOutput {
  readonly report: SpliceReport = {
    stdout: 0,
    stderr: 0,
    fromLog: 0,
    inexact: false,
    gaps: [],
    repeated: 0,
  };
  readonly #tty: boolean;
  /** What was written is no mere text: there may have been carriage returns for the log to drop. */
  #hasReturns = false;
  #commands: SpliceCommand[] = [];

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  push(command: SpliceCommand): void {
    this.#commands.push(command);
  }

  /** The commands since the last time. */
  take(): SpliceCommand[] {
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** Bytes of attach, as they came. `index`: 0 is stdout, 1 is stderr. */
  write(index: number, data: Uint8Array): void {
    if (data.length === 0) return;
    const stream = index === 1 ? 'stderr' : 'stdout';
    this.report[stream] += data.length;
    this.#noteReturns(data);
    this.#commands.push({ do: 'write', stream, data });
  }

  /** Bytes of the log. A terminal wrote a carriage return before each newline; the log has dropped it. */
  writeLog(data: Buffer): void {
    const bytes = this.#tty ? withReturns(data) : data;
    this.report.fromLog += bytes.length;
    this.write(0, bytes);
  }

  #noteReturns(data: Uint8Array): void {
    if (this.#tty || this.report.inexact) return;
    const { buffer, byteOffset, byteLength } = data;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.#hasReturns ||= bytes.includes(0) || bytes.includes('\r\n');
    this.report.inexact = this.#hasReturns && this.report.fromLog > 0;
  }

  writeStretches(stretches: readonly Stretch[]): void {
    for (const { source, data } of stretches) {
      if (source === 'log') this.writeLog(data);
      else this.write(source, data);
    }
  }

  gap(at: number, bytes: number | 'unknown', reason: OutputGap['reason']): void {
    this.report.gaps.push({ at, bytes, reason });
  }
}

function withReturns(data: Buffer): Buffer {
  return Buffer.from(data.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
