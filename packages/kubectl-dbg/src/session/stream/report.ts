import type { JoinRuleName } from './join/join-point.ts';

/** Output that could not be read, or not at its position. */
export interface OutputGap {
  /** Position in the output, in the log's form, at which bytes are missing. */
  at: number;
  /** Number of missing bytes. */
  bytes: number | 'unknown';
  /**
   * `unfinished-line`: attach began within a line; its start became known only after its end was written. `log-cut`: the
   * log no longer had the bytes. `log-refused`: no permission to read the log. `misjoined`: the final count shows that
   * the streams were joined wrongly. `ambiguous`: one text over and over, or one long line, whose log was cut: bytes may
   * be missing or repeated.
   */
  reason: 'unfinished-line' | 'log-cut' | 'log-refused' | 'misjoined' | 'ambiguous';
}

/** The delivered output, its sources, and what is missing. */
export interface SpliceReport {
  /** Bytes as written. */
  stdout: number;
  stderr: number;
  /**
   * The part of them that only the log had: in it, stdout and stderr are not distinguished, and without a terminal
   * carriage returns before newlines are missing.
   */
  fromLog: number;
  /**
   * Bytes that only the log had belong to binary output, or to text with carriage returns: an unknown number of those may
   * be missing. Never with a terminal.
   */
  inexact: boolean;
  gaps: OutputGap[];
  /** Bytes written twice: the final count showed that the streams were joined wrongly. */
  repeated: number;
  /** The rule by which attach was joined, if it was; the last one if it was opened several times. */
  joined?: JoinRuleName;
}

/** Whether some bytes may have been written twice. */
export function mayRepeat({ gaps, repeated }: SpliceReport): boolean {
  return repeated > 0 || gaps.some(({ reason }) => reason === 'ambiguous' || reason === 'misjoined');
}

/** The total number of missing bytes. */
export function lostBytes(report: SpliceReport): number | 'unknown' {
  let sum = 0;
  for (const gap of report.gaps) {
    if (gap.bytes === 'unknown') return 'unknown';
    sum += gap.bytes;
  }
  return sum;
}
