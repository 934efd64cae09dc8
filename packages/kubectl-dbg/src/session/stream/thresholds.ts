/**
 * The parameters for joining the log and attach. Times are milliseconds, sizes are bytes.
 *
 * Measured on a real v1.36.2 node: with 20 ms of silence on both streams their difference in length was right in 81 of 81
 * measurements, with 5 to 10 ms it was wrong in 2 %, with 2 ms in 7 %.
 */
export interface JoinThresholds {
  /** Silence after which the log has all finished lines of attach. */
  quiet: number;
  /** The same if bytes must be shown soon but the text alone could be joined elsewhere too. */
  quietUrgent: number;
  /** The same if nothing is urgent and the text alone could be joined elsewhere too. */
  quietRepetitive: number;
  /** The same if the log's last line arrived long before attach's, so they may be different lines. */
  quietUnmatched: number;
  /** A line arrives on the log at most this much earlier than on attach (20 ms were seen). */
  skew: number;
  /** How long log bytes wait for their channel and their carriage returns from attach (never with a terminal). */
  hold: number;
  /** The same for output that began long after attach was opened, so attach sends all of it. */
  holdFromStart: number;
  /** Maximum of waiting log bytes. */
  holdBytes: number;
  /** How long an unfinished line on attach waits for the log to show whether its start was missed. */
  unfinishedLine: number;
  /** The same if the log has been open and silent for `quiet`: data that arrived at the same moment is read first. */
  moment: number;
  /** Attach bytes kept while the log has not reached them; more are left on the server. */
  attachBytes: number;
  /** Log bytes kept behind the written ones, to compare with attach. */
  history: number;
  /** Equal bytes that prove a join while output flows and attach is at most `history` ahead. */
  overlap: number;
  /** Equal lines that prove a join of two channels while output flows. */
  overlapLines: number;
  /** Attach bytes that must be known to have no repetition before a log that lags far behind is joined. */
  lagging: number;
  /** Time since attach's first byte before text alone may prove a join: a log is hardly ever later than this. */
  settled: number;
  /** Minimum time between two searches while output flows. */
  searchEvery: number;
  /** After the join: attach bytes, and time, for which the log is still counted to check it. */
  checkBytes: number;
  checkTime: number;
  /** Silence after which the lengths must be equal for the join to count as checked. */
  quietCount: number;
  /** How long to wait for the other source, or the container's termination, after one source has ended. */
  endGrace: number;
  /**
   * How long to wait for the container's termination after a proper end of attach before the log is used to see whether
   * it still runs. A node that is still busy writing a long log reports the termination late.
   */
  aliveGrace: number;
  /**
   * Silence of a followed log after the container's termination, before a plain read checks whether that was all: the
   * kubelet ends a followed log up to a second late.
   */
  followEnd: number;
  /** Delay before the log is read again after an early end or a failure. */
  logRetry: number;
  /** How long after the container's termination to retry reading its log. */
  giveUp: number;
  /** Log bytes (as stored by the runtime) from which a rotation may have cut the log. */
  rotation: number;
}

export const JOIN_THRESHOLDS: JoinThresholds = {
  quiet: 20,
  quietUrgent: 40,
  quietRepetitive: 1_000,
  quietUnmatched: 1_000,
  skew: 60,
  hold: 60,
  holdFromStart: 1_000,
  holdBytes: 1024 * 1024,
  moment: 2,
  unfinishedLine: 10_000,
  attachBytes: 8 * 1024 * 1024,
  history: 64 * 1024,
  overlap: 4 * 1024,
  overlapLines: 16,
  lagging: 1024 * 1024,
  settled: 250,
  searchEvery: 50,
  checkBytes: 1024 * 1024,
  checkTime: 10_000,
  quietCount: 200,
  endGrace: 3_000,
  aliveGrace: 20_000,
  followEnd: 50,
  logRetry: 1_000,
  giveUp: 30_000,
  // The kubelet rotates at 10 MiB by default; files may be a little shorter.
  rotation: 8 * 1024 * 1024,
};

/** How long an unfinished line waits on a terminal: a prompt must be shown at once. */
export const UNFINISHED_LINE_TTY = 20;

/** How long it waits if somebody may respond to it through a pipe. */
export const UNFINISHED_LINE_STDIN = 1_000;

/** containerd writes lines to the log in pieces of this size. */
export const LOG_PIECE = 16 * 1024;

/** Overhead per line in containerd's log file besides the text: the timestamp, the name of the stream and a tag. */
export const LOG_LINE_OVERHEAD = 45;
