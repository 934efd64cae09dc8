/**
 * The numbers that joining the log and attach rests on. Times are milliseconds, sizes are bytes.
 *
 * Measured on a real v1.36.2 node: with 20 ms of silence on both streams their difference in length was right in
 * 81 of 81 moments, with 5 to 10 ms it was wrong in 2 %, with 2 ms in 7 %.
 */
export interface SpliceLimits {
  /** Silence after which the log holds all finished lines that attach has brought. */
  quiet: number;
  /** The same where bytes must be shown soon but the text alone could be joined elsewhere too. */
  quietUrgent: number;
  /** The same where nothing presses and the text alone could be joined elsewhere too. */
  quietRepetitive: number;
  /** The same where the log brought its last line long before attach did, so that the two may not be the same. */
  quietUnmatched: number;
  /** A line comes on the log at most this much earlier than on attach (20 ms were seen). */
  skew: number;
  /** How long log bytes wait for attach to say their channel and their carriage returns (never with a terminal). */
  hold: number;
  /** The same for an output that began long after attach was opened, so that attach brings all of it. */
  holdFromStart: number;
  /** How many log bytes may wait at most. */
  holdBytes: number;
  /** How long an unfinished line on attach waits for the log to show whether its start was missed. */
  unfinishedLine: number;
  /** The same where the log has been open and silent for `quiet`: what came at the same moment is read first. */
  moment: number;
  /** Attach bytes kept while the log has not reached them; more are left with the server. */
  attachBytes: number;
  /** Log bytes kept behind what was written, to compare with attach. */
  history: number;
  /** Equal bytes that prove a join while output flows and attach is at most `history` ahead. */
  overlap: number;
  /** Equal lines that prove a join of two channels while output flows. */
  overlapLines: number;
  /** Attach bytes that must be known free of repetition before a log that lags far behind is joined. */
  lagging: number;
  /** Time since attach's first byte before text alone may prove a join: a log is hardly ever later than this. */
  settled: number;
  /** Least time between two searches while output flows. */
  searchEvery: number;
  /** After the join: attach bytes, and time, for which the log is still counted to check it. */
  checkBytes: number;
  checkTime: number;
  /** Silence after which the lengths must agree for the join to count as checked. */
  quietCount: number;
  /** How long after the end of one source the other, or the container's end, is waited for. */
  endGrace: number;
  /**
   * How long after an attach that ended on purpose the container's end is waited for before the log is asked whether it
   * lives on. A node that is still busy writing a long log tells the end late.
   */
  aliveGrace: number;
  /**
   * Silence of a followed log after the container's end, before a plain read is asked whether that was all: the kubelet
   * ends a followed log up to a second late.
   */
  followEnd: number;
  /** How long after the log's early end, or a failure to read it, it is asked for again. */
  logRetry: number;
  /** How long after the container's end reading its log is tried. */
  giveUp: number;
  /** Log bytes (as the runtime stores them) from which a rotation may have cut the log short. */
  rotation: number;
}

export const SPLICE_LIMITS: SpliceLimits = {
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
  // The kubelet rotates at 10 MiB by default; files may be a little shorter than that when they are cut.
  rotation: 8 * 1024 * 1024,
};

/** How long an unfinished line waits on a terminal: a prompt must be there at once. */
export const UNFINISHED_LINE_TTY = 20;

/** How long it waits where somebody may answer it through a pipe. */
export const UNFINISHED_LINE_STDIN = 1_000;

/** containerd writes lines to the log in pieces of this size. */
export const LOG_PIECE = 16 * 1024;

/** What containerd's log file holds in a line beside the text: the stamp, the stream's name and a tag. */
export const LOG_LINE_OVERHEAD = 45;
