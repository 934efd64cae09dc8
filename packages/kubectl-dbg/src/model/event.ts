import type { PodName } from './follow-up-commands.ts';
import type { Address } from './plan.ts';

/** Progress of a debug container's start. */
export interface StartProgress {
  phase: 'scheduling' | 'pulling' | 'creating' | 'starting';
  detail?: string;
}

/** An object that was, or may have been, created in the cluster. */
export interface MadeObject {
  kind: 'pod' | 'container';
  namespace: string;
  /** Of the pod; ends with `*` if only the prefix of a generated name is known. */
  pod: string;
  /** Only for containers. */
  container?: string;
}

/**
 * Events of a running operation, as codes and facts. The code that shows them writes the messages, and sanitises texts
 * from the cluster.
 */
export type OperationEvent =
  /** Work on the next of several targets begins. `creates`: the pod will be created. */
  | { kind: 'target'; namespace: string; pod: string; creates: boolean }
  /** Information before or after the writes. `always`: shown even with --quiet. */
  | { kind: 'notice' | 'warning'; code: string; text: string; always?: boolean }
  /** The container was created, and nobody waits for it. */
  | { kind: 'created'; address: Address; stdin: boolean; tty: boolean }
  | { kind: 'progress'; address: Address; progress: StartProgress }
  /** Output may follow. `raw`: the terminal is in raw mode. */
  | { kind: 'output-begins'; address: Address; raw: boolean }
  /** The user detached; the container keeps running. */
  | { kind: 'detached'; address: Address; stdin: boolean; tty: boolean }
  /**
   * The server has not responded for this time (ms), or no request was sent yet because a credential plugin runs.
   * `write`: the pending request is a write.
   */
  | ({ kind: 'waiting'; milliseconds: number } & Awaited)
  /** An interruption during a write without a response: it is unknown whether it was executed. */
  | { kind: 'unanswered-write'; object: MadeObject }
  /** An object that stays in the cluster. `sure`: it exists; otherwise it may exist. */
  | { kind: 'left-behind'; object: MadeObject; sure: boolean; why?: string }
  /** The original is deleted when its copy is ready, or has run for this time (ms). */
  | { kind: 'replacing'; stableAfter: number }
  /** The copy does not run stably, so its original was not deleted. */
  | { kind: 'not-replaced'; pod: string }
  /** An interruption before the original was seen to be deleted; `is`: what is known about it. */
  | {
      kind: 'replacement-interrupted';
      original: PodName;
      copy: PodName;
      is: 'deleted' | 'not deleted' | 'unknown';
    }
  /** The progress display, if any, is over. */
  | { kind: 'ended' };

/** What is waited for. */
export interface Awaited {
  for: 'answer' | 'write';
  server: string;
  /** The running credential plugin. */
  plugin?: string | undefined;
}

/** Called with each event. */
export type OnEvent = (event: OperationEvent) => void;
