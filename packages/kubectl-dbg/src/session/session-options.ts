import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../cluster/types.ts';
import type { Outcome } from '../model/outcome.ts';
import type { OutputStream, World } from '../model/world.ts';
import type { DeliveryReport } from './stream/deliver.ts';
import type { Phases } from './wait/phases.ts';
import type { Progress } from './wait/wait-for-container.ts';

/** The address of a debug container. */
export interface SessionAddress {
  namespace: string;
  pod: string;
  container: string;
}

/** The part of the world that a session uses. */
export type SessionWorld = Pick<
  World,
  'stdin' | 'stdout' | 'stderr' | 'now' | 'onSignal' | 'passOutput' | 'suspend'
>;

/** What runs in a container that only sleeps. */
export interface ExecWords {
  /** Runs the command. */
  words: readonly string[];
  /** Terminates the container's own process. */
  end: readonly string[];
  /**
   * The program of the command. The exit code of `whyNotRun` says why it did not start: 41, not found; 42, not
   * executable.
   */
  program?: { name: string; whyNotRun: readonly string[] };
}

export interface SessionOptions {
  cluster: Cluster;
  address: SessionAddress;
  /** The pod from the response to the write: the watch begins at its resourceVersion. */
  pod: Pod;
  /** Forward the user's input. */
  stdin: boolean;
  /** The container has a terminal. */
  tty: boolean;
  world: SessionWorld;
  /** Destination of the container's output. */
  stdout: OutputStream;
  stderr: OutputStream;
  /** Milliseconds to wait for the container to start; 0 waits for ever. */
  timeout: number;
  /** The container only sleeps, and this runs in it by exec (`--via exec`). */
  exec?: ExecWords;
  /** Bytes that detach a terminal session and leave the process running; empty to disable that. */
  detachKeys: Uint8Array;
  /** Default: what suits a person. */
  patience?: SessionTimeouts;
  /** Ends the session; the outcome contains the reason (model/interruption). */
  signal: AbortSignal;
  listener: SessionListener;
}

/** Something the user should know. */
export interface SessionNotice {
  code:
    | 'attach-retry'
    | 'attach-waits'
    | 'watch-waits'
    | 'attach-refused'
    | 'reattach'
    | 'no-half-close'
    | 'inexact-output'
    | 'missing-output'
    | 'restarts'
    | 'exit-reason';
  text: string;
}

/** Shows the user what happens. */
export interface SessionListener {
  progress(progress: Progress): void;
  /** Output may follow: nothing else is printed until the end. */
  begins(): void;
  /** Never called while the container has the terminal: later notices are shown after its end. */
  notice(notice: SessionNotice): void;
}

/** A finished session, for messages, exit code and JSON. Times are milliseconds since the epoch. */
export interface SessionReport {
  address: SessionAddress;
  outcome: Outcome;
  /** The container whose processes are visible in the debug container. */
  target?: string;
  begun: number;
  /** Duration of the start; absent if it never ran. */
  phases?: Phases;
  running?: number;
  attached?: number;
  ended: number;
  /** It ran, or may start, and was not seen to terminate. */
  runsOn?: boolean;
  /** After an exec: the container's own process was told to exit. */
  isSleeperTold?: boolean;
  /** The delivered output; absent if there was none. */
  delivery?: Pick<DeliveryReport, 'stdout' | 'stderr' | 'fromLog' | 'inexact' | 'bytes' | 'lost'> &
    Partial<Pick<DeliveryReport, 'mayRepeat'>>;
}

/** How long a session waits for uncertain events, in ms. */
export interface SessionTimeouts {
  /**
   * For a broken stream to be reopened: proxies, kubelets and API servers restart within it. Counted from the first break
   * after the last output, or after a stable connection.
   */
  reopen: number;
  /** For the container's status, after its streams have ended: usually a second, on a busy node longer. */
  status: number;
  /** For the first attach or exec, if the response allows a retry. Default: 20 s, at most `reopen`. */
  open?: number;
}

export const USUAL_PATIENCE: SessionTimeouts = { reopen: 60_000, status: 30_000 };
