import type { Address } from '../../model/plan.ts';
import { startTimer } from '../../base/timer.ts';
import { type Attempt, collectOutput, judged, openSink } from './collect-output.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { PodMailbox } from './pod-mailbox.ts';
import type { RunContext } from './run-context.ts';
import { relayTo } from './relay-to-sink.ts';
import { waitForEnd, type WaitOptions } from './run-target.ts';
import { writeInput } from './send-input.ts';

const GATE = Buffer.from('\n');

/** Opens the gate and reads the output by attach; if that breaks, from the log, from its beginning. */
export async function runByAttach(
  target: FleetTarget,
  context: RunContext,
  { address, mailbox, wait }: { address: Address; mailbox: PodMailbox; wait: WaitOptions },
): Promise<Attempt> {
  const { cluster, request, signal } = context;
  const late = new AbortController();
  const ending = waitForEnd(mailbox, wait).finally(() => {
    startTimer(AFTER_END_MS, () => late.abort(), { unref: true });
  });
  ending.catch(() => undefined);
  const sink = openSink(target, context, address);
  let isWhole = false;
  try {
    const streams = { stdin: true, stdout: true, stderr: true, tty: false };
    const within = AbortSignal.any([signal, late.signal]);
    const command = await cluster.attach({ ...address, ...streams, signal: within });
    void writeInput(command, Buffer.concat([GATE, request.input ?? new Uint8Array()]));
    const { complete } = await relayTo(sink, command);
    isWhole = complete && (await command.closed).code === CLOSED_NORMALLY;
  } catch {
    // the log has the rest, and the result says what is missing
  }
  const output = await sink.end();
  const end = await ending;
  if (isWhole || end.startedAt === undefined) return { end, output };
  const { startedAt } = end;
  return judged(end, await collectOutput(target, context, address, { follow: false, startedAt }));
}

/** How long an attach may continue after its container has terminated, in ms. */
const AFTER_END_MS = 2_000;

/** WebSocket close code of a normal end. */
const CLOSED_NORMALLY = 1000;
