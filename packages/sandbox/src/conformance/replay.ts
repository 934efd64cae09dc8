import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { endOf, type Recording } from './recording.ts';
import { sendStep, type SentStep } from './send-step.ts';

interface Anchor {
  real: number;
  recorded: number;
}

/**
 * Sends the steps of a recording in their order: one that was sent after a stream had ended waits for its end, one
 * sent while it was open does not; the pauses between steps are kept.
 */
export async function replay(client: Client, recording: Recording): Promise<Answer[]> {
  const answers: (Answer | undefined)[] = [];
  const running = new Map<number, SentStep>();
  let anchor: Anchor = { real: Date.now(), recorded: 0 };
  const finish = async (index: number): Promise<void> => {
    const answer = await running.get(index)?.done;
    running.delete(index);
    if (answer !== undefined) answers[index] = answer;
  };
  for (const index of sendingOrder(recording)) {
    const step = recording.steps[index];
    if (step === undefined) continue;
    for (const earlier of running.keys()) {
      const ended = endOf(recording.steps[earlier] ?? step);
      const isOver = ended !== undefined && ended <= step.at_ms;
      if (!isOver) continue;
      await finish(earlier);
      if (ended >= anchor.recorded) anchor = { real: Date.now(), recorded: ended };
    }
    const isRepeated = step.until !== undefined && step.response.events === undefined;
    if (!isRepeated) await wait(Math.max(0, anchor.real + step.at_ms - anchor.recorded - Date.now()));
    const sent = sendStep(client, step, answers, anchor.recorded);
    if (!isRepeated) anchor = { real: Date.now(), recorded: step.at_ms };
    running.set(index, sent);
    const isStream = endOf(step) !== undefined || step.response.events !== undefined;
    if (step.concurrent !== true && !isStream) await finish(index);
    else if (isStream) await sent.opened;
    if (isRepeated) anchor = { real: Date.now(), recorded: step.at_ms };
  }
  for (const index of running.keys()) await finish(index);
  return recording.steps.map(
    (_, index) => answers[index] ?? { status: 0, headers: {}, problem: 'not answered' },
  );
}

/**
 * The order in which to send: that of the recording, but requests that raced each other in the order in which the
 * real server happened to serve them.
 */
function sendingOrder({ steps }: Recording): number[] {
  const served = steps.map(({ concurrent, response }, index) => {
    const { metadata } = (response.body ?? {}) as { metadata?: { resourceVersion?: string } };
    const isRacer = concurrent === true && response.events === undefined && response.websocket === undefined;
    return { index, version: isRacer ? Number(metadata?.resourceVersion) : Number.NaN };
  });
  const order: number[] = [];
  for (let start = 0; start < served.length;) {
    let end = start + 1;
    const isRacer = (position: number): boolean => !Number.isNaN(served[position]?.version ?? Number.NaN);
    if (isRacer(start)) while (end < served.length && isRacer(end)) end += 1;
    order.push(
      ...served
        .slice(start, end)
        .toSorted((a, b) => a.version - b.version || 0)
        .map(({ index }) => index),
    );
    start = end;
  }
  return order;
}
