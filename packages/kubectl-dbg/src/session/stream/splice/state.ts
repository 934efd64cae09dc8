import type { Channels } from '../join/join-point.ts';
import type { JoinedStream } from './joined-stream.ts';

/** The reactions of a splice state to events; without a reaction, the sources have already recorded the event. */
export interface SpliceState {
  /** For tests and error messages. */
  readonly name: StateName;
  /** Attach's bytes are written to the output as they arrive. */
  readonly writesAttach?: boolean;
  /** The log's content beyond the output was already written. */
  readonly ignoresLog?: boolean;
  /** Another attach is open. None of its bytes were read yet. */
  attachOpened?(now: number): SpliceState;
  attachCame?(): void;
  /** New bytes of the log. Without this they wait in the pending log. */
  logCame?(data: Uint8Array, now: number): SpliceState;
  /** Bytes may be missing before the log's next ones. */
  logCut?(): SpliceState;
  /** The result of `read-log-tail`; undefined if it could not be read. */
  logTailCame?(tail: Buffer | undefined): SpliceState;
  /** The log has ended, and so has the container: the log's length decides what was still open. */
  settleAtLogEnd?(now: number): SpliceState;
  /** Checks the clock and the sources; returns the next state, or itself. */
  advance(now: number): SpliceState;
  /** The times at which `advance` may find something new without an event. */
  deadlines(): number[];
}

/** The possible next states, with the data they need. */
export interface Transitions {
  logSpeaks(): SpliceState;
  attachSpeaks(joined: JoinedStream): SpliceState;
  logResumes(joined: JoinedStream): SpliceState;
  logIgnored(): SpliceState;
  ending(): SpliceState;
  startCheck(unproven: Channels): SpliceState;
  /** `logWritten`: the rest of the log was already written. */
  finished(logWritten?: boolean): SpliceState;
}

export type StateName =
  | 'log-speaks'
  | 'attach-speaks'
  | 'log-resumes'
  | 'log-ignored'
  | 'ending'
  | 'start-check'
  | 'finished';
