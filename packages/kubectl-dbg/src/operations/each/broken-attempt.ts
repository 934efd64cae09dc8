import { ApiStatusError } from '../../cluster/index.ts';
import type { Address } from '../../model/plan.ts';
import { DbgError } from '../../model/failure.ts';
import { containerStatus } from '../../session/wait/container-state.ts';
import type { PodMailbox } from './pod-mailbox.ts';
import type { TargetEnd } from './run-target.ts';

/** The result of a target that failed with an error before anything was written for it. */
export function notBegun(error: unknown, signal: AbortSignal): TargetEnd {
  if (signal.aborted) {
    return {
      class: 'not-attempted',
      reason: 'Interrupted',
      message: 'the run was interrupted before its turn',
    };
  }
  return { class: 'not-started', reason: reasonOf(error), message: wordsOf(error) };
}

/** The same after its container was requested: if the end is unknown, the command may run on. */
export function brokenOff(
  error: unknown,
  signal: AbortSignal,
  address: Address,
  { news }: PodMailbox,
): TargetEnd {
  const reason = signal.aborted ? 'Interrupted' : 'Unreachable';
  const { pod, isGone } = news;
  const ended = pod === undefined ? undefined : containerStatus(pod, address.container)?.state?.terminated;
  if (isGone || ended !== undefined) {
    const message = signal.aborted ? 'the run was interrupted before its output was read' : wordsOf(error);
    return { class: 'lost', reason, message, ...(ended && { exitCode: ended.exitCode }) };
  }
  const message = signal.aborted
    ? 'the run was interrupted: its command may still be running'
    : wordsOf(error);
  return { class: 'lost', reason, message, mayRunOn: true };
}

function reasonOf(error: unknown): string {
  if (error instanceof ApiStatusError) return error.reason === '' ? `HTTP ${error.code}` : error.reason;
  return error instanceof DbgError ? error.code : 'Unreachable';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
