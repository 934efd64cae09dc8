import type { Stretch } from './merge.ts';
import type { OutputGap, SpliceReport } from '../report.ts';

/** Commands of the splice. */
export type SpliceCommand =
  | { do: 'write'; stream: 'stdout' | 'stderr'; data: Uint8Array }
  /** Read the log after the newest received byte: with `follow`, or only the existing content. */
  | { do: 'open-log'; follow: boolean }
  /** Check with a plain read whether the log has more; the response is `logChecked`. */
  | { do: 'check-log' }
  /** Read this number of the log's last entries; the response is `logTail`. */
  | { do: 'read-log-tail'; entries: number }
  /** The log is no longer needed. */
  | { do: 'close-log' }
  | { do: 'finished' };

/** The output of the splice: commands in order, and the report of what was written. */
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
  /** The output is not plain text: the log may have dropped carriage returns. */
  #hasReturns = false;
  #commands: SpliceCommand[] = [];

  constructor(tty: boolean) {
    this.#tty = tty;
  }

  push(command: SpliceCommand): void {
    this.#commands.push(command);
  }

  /** The new commands. */
  take(): SpliceCommand[] {
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** Original bytes of attach. `index`: 0 is stdout, 1 is stderr. */
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
