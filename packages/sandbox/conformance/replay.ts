import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { containerStates } from './pod-states.ts';
import { bytesSeen, endOf, type Recording, type Step, type WatchEvent } from './recording.ts';
import { sendStep, type SentStep } from './send-step.ts';
import { sendingOrder } from './sending-order.ts';

/** Delay between requests that race each other. */
const RACE_MS = 100;
/** Time limit for an event that the recorded client had seen before its next request. */
const SEEN_PATIENCE_MS = 15_000;
const LOOK_MS = 5;

/**
 * Sends the steps of a recording in order: a step that was sent after the end of a stream waits for that end, one that
 * was sent while it was open does not. The pauses between steps are preserved.
 */
export async function replay(client: Client, recording: Recording): Promise<Answer[]> {
  const run = new Replay(client, recording);
  for (const index of sendingOrder(recording)) await run.send(index);
  return run.finish();
}

class Replay {
  readonly #client: Client;
  readonly #recording: Recording;
  readonly #answers: (Answer | undefined)[] = [];
  readonly #running = new Map<number, SentStep>();
  /** A time of the recording and the corresponding real time. */
  #anchor = { real: Date.now(), recorded: 0 };

  constructor(client: Client, recording: Recording) {
    this.#client = client;
    this.#recording = recording;
  }

  async send(index: number): Promise<void> {
    const step = this.#step(index);
    await this.#endStreams(step.at_ms);
    await this.#awaitSeen(step.at_ms);
    const isRepeated = step.until !== undefined && step.response.events === undefined;
    if (!isRepeated) await this.#awaitMoment(step.at_ms);
    const sent = sendStep(this.#client, this.#recording, index, this.#answers, this.#anchor.recorded);
    this.#setAnchor(step.at_ms);
    this.#running.set(index, sent);
    if (endOf(step) !== undefined || step.response.events !== undefined) {
      await sent.opened;
    } else if (step.concurrent === true) {
      // Racing requests are staggered: if sent at once, which one the server handles first would be chance.
      await Promise.race([sent.done, wait(RACE_MS)]);
    } else {
      await this.#collect(index);
      if (isRepeated) this.#setAnchor(step.at_ms);
    }
  }

  async finish(): Promise<Answer[]> {
    await this.#endStreams(Number.POSITIVE_INFINITY);
    for (const index of this.#running.keys()) await this.#collect(index);
    const missing: Answer = { status: 0, headers: {}, problem: 'not answered' };
    return this.#recording.steps.map((_, index) => this.#answers[index] ?? missing);
  }

  /** Waits for the streams that had ended by then; closes those that the client had closed. */
  async #endStreams(before_ms: number): Promise<void> {
    const over = [...this.#running.keys()]
      .map((index) => ({ index, ended: endOf(this.#step(index)) ?? Number.POSITIVE_INFINITY }))
      .filter(({ ended }) => ended <= before_ms && Number.isFinite(ended))
      .toSorted((a, b) => a.ended - b.ended);
    for (const { index, ended } of over) {
      const { closedBy, until } = this.#step(index);
      if (closedBy === 'client' && until === undefined) {
        await this.#awaitSeen(ended);
        await this.#awaitMoment(ended);
        this.#running.get(index)?.close();
      }
      await this.#collect(index);
      if (ended >= this.#anchor.recorded) this.#setAnchor(ended);
    }
  }

  async #collect(index: number): Promise<void> {
    const answer = await this.#running.get(index)?.done;
    this.#running.delete(index);
    if (answer !== undefined) this.#answers[index] = answer;
  }

  /**
   * A client acts on what it has seen: before a step is sent, each open watch must have returned the state of its last
   * event before that step in the recording, and each followed log as many bytes.
   */
  async #awaitSeen(before_ms: number): Promise<void> {
    for (const [index, { events, received, done }] of this.#running) {
      const bytes = bytesSeen(this.#step(index), before_ms);
      await until(() => received.bytes >= bytes, done);
      const recorded = this.#step(index).response.events ?? [];
      const last = recorded.findLast(({ at_ms, type }) => at_ms <= before_ms && type !== 'BOOKMARK');
      if (last === undefined) continue;
      const wanted = wordOf(last, last.type);
      // A recurring state must have occurred as often.
      const times = runsOf(
        recorded.filter(({ at_ms }) => at_ms <= before_ms),
        wanted,
        last.type,
      );
      const seen = (): boolean => runsOf(events, wanted, last.type) >= times;
      if (seen()) continue;
      await until(seen, done);
      const isLate = Date.now() > this.#anchor.real + last.at_ms - this.#anchor.recorded;
      if (last.at_ms >= this.#anchor.recorded && (times === 1 || isLate)) this.#setAnchor(last.at_ms);
    }
  }

  async #awaitMoment(at_ms: number): Promise<void> {
    const { real, recorded } = this.#anchor;
    await wait(Math.max(0, real + at_ms - recorded - Date.now()));
  }

  #setAnchor(recorded: number): void {
    this.#anchor = { real: Date.now(), recorded };
  }

  #step(index: number): Step {
    const step = this.#recording.steps[index];
    if (step === undefined) throw new Error(`no step ${index} in ${this.#recording.name}`);
    return step;
  }
}

/** How often a state occurred, with consecutive repetitions counted once. */
function runsOf(events: readonly WatchEvent[], wanted: string, type: string | undefined): number {
  const words = events.filter((event) => event.type !== 'BOOKMARK').map((event) => wordOf(event, type));
  return words.filter((word, index) => word === wanted && words[index - 1] !== wanted).length;
}

/** An event's type, object and state as one line; a change may have been merged into the preceding event. */
function wordOf({ type, object }: WatchEvent, wantedType: string | undefined): string {
  const shown = type === 'ADDED' ? wantedType : type;
  return `${shown ?? ''} ${nameOf(object)} ${containerStates(object)}`;
}

function nameOf(object: unknown): string {
  const { kind, metadata } = (object ?? {}) as { kind?: string; metadata?: { name?: string } };
  // Generated names differ, and those of Events always are.
  return kind === 'Pod' ? (metadata?.name ?? '').replace(/-[a-z0-9]{5}$/, '') : '';
}

/** Waits until the condition holds, `done` settles or the time limit is reached. */
async function until(holds: () => boolean, done: Promise<unknown>): Promise<void> {
  const over = done.then(() => true);
  const end = Date.now() + SEEN_PATIENCE_MS;
  while (!holds() && Date.now() < end) {
    if ((await Promise.race([over, wait(LOOK_MS)])) === true) return;
  }
}
