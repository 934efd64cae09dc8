import type { CommandEnd } from 'kubectl-dbg-wire';
import { ApiStatusError } from '../../cluster/index.ts';
import { timeoutSignal } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import type { Address } from '../../model/plan.ts';
import { endSleeper } from '../../session/end-sleeper.ts';
import { answerWords } from '../../session/open-failure.ts';
import { containerStatus } from '../../session/wait/container-state.ts';
import { type Attempt, openSink } from './collect-output.ts';
import { NotKept } from './output-sink.ts';
import type { FleetTarget } from './fleet-target.ts';
import { holderEnd, inHolder } from './holder.ts';
import type { PodMailbox } from './pod-mailbox.ts';
import { relayTo } from './relay-to-sink.ts';
import type { RunContext } from './run-context.ts';
import { endRunning, type TargetEnd, type WaitOptions } from './run-target.ts';
import { writeInput } from './send-input.ts';

/** Time limit for terminating a holder's process, in ms: it exits by itself in the end. */
const END_HOLDER_MS = 5_000;

export interface ExecOptions {
  address: Address;
  mailbox: PodMailbox;
  wait: WaitOptions;
  /** The container is from an earlier run of the same journal, which may have started the command. */
  adopted: boolean;
  /** Index in the run. */
  index: number;
}

/** Runs the command by exec in a container that only waits: its output is complete, and so is its exit status. */
export async function runByExec(
  target: FleetTarget,
  context: RunContext,
  options: ExecOptions,
): Promise<Attempt> {
  const { request } = context;
  const { address, mailbox, adopted } = options;
  if (adopted) {
    const message = 'an interrupted run may have started the command: its result is unknown';
    return { end: { class: 'lost', reason: 'UnknownEnd', message } };
  }
  let attempt: Attempt | undefined;
  let isLeft = false;
  try {
    attempt = await execute(target, context, options);
  } finally {
    const words = holderEnd(mailbox.news.pod, address.container);
    if (!request.reuse && words !== undefined && !context.signal.aborted) {
      isLeft = await endSleeper(context.cluster, address, words, timeoutSignal(END_HOLDER_MS)).then(
        () => false,
        () => !hasEnded(mailbox, address),
      );
    }
  }
  return isLeft ? { ...attempt, end: { ...attempt.end, mayRunOn: true } } : attempt;
}

/** In a container that has ended, exec fails too. */
function hasEnded({ news }: PodMailbox, { container }: Address): boolean {
  return (
    news.isGone ||
    (news.pod !== undefined && containerStatus(news.pod, container)?.state?.terminated !== undefined)
  );
}

async function execute(
  target: FleetTarget,
  context: RunContext,
  { address, mailbox, wait, index }: ExecOptions,
): Promise<Attempt> {
  const { cluster, request, total, signal, halt } = context;
  const late = timeoutSignal(wait.runTimeout);
  const over = new AbortController();
  const within = AbortSignal.any([signal, halt, late, over.signal]);
  const sink = openSink(target, context, address);
  let end: TargetEnd;
  try {
    const command = await cluster.exec({
      ...address,
      command: inHolder(request.debug.words, index, total),
      stdin: request.input !== undefined,
      stdout: true,
      stderr: true,
      tty: false,
      signal: within,
    });
    if (request.input !== undefined) void writeInput(command, request.input);
    const relayed = await relayTo(sink, command);
    end = within.aborted ? await endRunning(mailbox, wait) : endOf(relayed.end, mailbox);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotKept) end = { class: 'lost', reason: 'OutputNotKept', message: error.message };
    else end = within.aborted ? await endRunning(mailbox, wait) : notRun(error, cluster.server);
  } finally {
    over.abort();
  }
  return { end, output: await sink.end() };
}

function endOf(told: CommandEnd | undefined, { news }: PodMailbox): TargetEnd {
  switch (told?.kind) {
    case 'success':
      return { class: 'passed', exitCode: 0 };
    case 'exit':
      return { class: 'failed', exitCode: told.code };
    case 'failure':
      return { class: 'not-started', reason: told.reason ?? 'ExecFailed', message: told.message };
    default: {
      if (news.isGone) return { class: 'lost', reason: 'PodGone', message: 'the pod was deleted' };
      const message = 'the connection broke before the command had ended';
      return { class: 'lost', reason: 'ConnectionLost', message };
    }
  }
}

function notRun(error: unknown, server: string): TargetEnd {
  if (error instanceof ApiStatusError) {
    const reason = error.form !== 'status' || error.reason === '' ? `HTTP ${error.code}` : error.reason;
    return { class: 'not-started', reason, message: answerWords(error, server) };
  }
  if (error instanceof DbgError)
    return { class: 'not-started', reason: 'Unreachable', message: error.message };
  throw error;
}
