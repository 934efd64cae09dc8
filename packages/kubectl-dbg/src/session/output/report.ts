/** Output that could not be had, or not in its place. */
export interface OutputGap {
  /** Position in the output, in the log's form, at which bytes are missing. */
  at: number;
  /** How many are missing. */
  bytes: number | 'unknown';
  /**
   * `unfinished-line`: attach began within a line; its start came to light only after its end had been shown.
   * `log-cut`: the log no longer had them. `log-refused`: the log may not be read. `misjoined`: the final count shows that the streams were joined wrongly.
   * `ambiguous`: one text over and over, of which the log was cut while it lagged: nobody can tell where attach begins.
   */
  reason: 'unfinished-line' | 'log-cut' | 'log-refused' | 'misjoined' | 'ambiguous';
}

/** What was delivered, from where, and what was not. */
export interface SpliceReport {
  /** Bytes written, as they were written. */
  stdout: number;
  stderr: number;
  /**
   * Bytes of these that only the log had: stdout and stderr are not told apart in them, and without a terminal
   * carriage returns before newlines are missing from them.
   */
  fromLog: number;
  /**
   * Bytes that only the log had belong to binary output, or to text with carriage returns: some of these may be missing
   * from them, and nobody can tell how many. Never with a terminal.
   */
  inexact: boolean;
  gaps: OutputGap[];
  /** Bytes written twice: the final count showed that the streams were joined wrongly. */
  repeated: number;
  /** How attach took over, if it did; the last time, where it was opened more than once. */
  joined?: 'start' | 'silence' | 'text' | 'unfinished-line' | 'gave-up';
}

/** The sum of what is missing. */
export function lostBytes(report: SpliceReport): number | 'unknown' {
  let sum = 0;
  for (const gap of report.gaps) {
    if (gap.bytes === 'unknown') return 'unknown';
    sum += gap.bytes;
  }
  return sum;
}
