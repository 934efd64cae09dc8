import { abortable } from '../base/abortable.ts';
import type { RemoteCommand } from '../cluster/types.ts';
import type { OpenFailure, OpenVerdict } from './open-failure.ts';
import { pauseOn } from './pause-on.ts';
import type { Clock } from './stream/clock.ts';
import { watchOutput } from './watch-output.ts';

/**
 * First and maximum pause between tries to open a stream, in ms; each pause is a random time in the upper half of its
 * length.
 */
const PAUSE_MS = 200;
const PAUSE_LIMIT_MS = 5_000;
/** A connection that was open for this time (ms) was stable: its failure is a new problem. */
const HELD_MS = 10_000;
/** When the first message about a wait is shown, in ms, and the interval of further ones. */
const WAITING_MS = 3_000;
const WAITING_AGAIN_MS = 1_000;

/** The result of opening a stream. */
export type Opening =
  | { kind: 'open'; command: RemoteCommand }
  /** There is nothing to open any more: the container has terminated, or the session has ended. */
  | { kind: 'ended' }
  | { kind: 'gave-up'; failure: OpenFailure };

/** A pending stream. */
export interface Waiting {
  /** It was open before. */
  again: boolean;
  /** Milliseconds since it was first requested, or since it broke. */
  waited: number;
  /** Why the last try failed; undefined while the first one has no response. */
  failure: OpenFailure | undefined;
  /** `retry`: another try follows; `silence`: nothing has happened for a while. */
  because: 'retry' | 'silence';
}

export interface ConnectionOptions {
  /** One try. Rejects with the error of the client. */
  open(signal: AbortSignal): Promise<RemoteCommand>;
  /** What a rejection means. */
  judge(error: unknown): Promise<OpenVerdict>;
  /** Called with each opened stream (`again`: it is not the first). */
  opened(command: RemoteCommand, again: boolean): void;
  waiting(waiting: Waiting): void;
  /** The failure if the stream repeatedly opens and breaks. */
  breaks: OpenFailure;
  clock: Clock;
  /** The signal of the session. */
  signal: AbortSignal;
  /** Aborted when the container has terminated: then there is nothing more to open. */
  ended: AbortSignal;
  /** In [0, 1); tests pass their own. */
  random?: () => number;
}

/**
 * The stream of a session, which may fail to open, break, and be reopened. Senders use this class and reach the current
 * connection.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #random: () => number;
  #current: RemoteCommand | undefined;
  #openedAt = 0;
  /** When the stream first broke, or was first requested, since it was last useful. */
  #troubleSince: number | undefined;
  #pause = PAUSE_MS;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Opens the stream for the first time; retries for `patience` ms if that may help. */
  async open(patience: number): Promise<Opening> {
    this.#troubleSince = this.#options.clock.now();
    return await this.#tryFor(patience);
  }

  /** Reopens it after it broke. The patience counts from the first break since it was last useful. */
  async reopen(patience: number): Promise<Opening> {
    const { clock, signal, ended, breaks } = this.#options;
    const held = clock.now() - this.#openedAt;
    if (held >= HELD_MS) this.#recovered();
    this.#troubleSince ??= clock.now();
    // A connection that broke at once is not reopened at once.
    if (held < HELD_MS) {
      const pause = this.#nextPause();
      if (clock.now() + pause - this.#troubleSince > patience) return { kind: 'gave-up', failure: breaks };
      await pauseOn(clock, pause, signal, ended);
    }
    return await this.#tryFor(patience);
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    await this.#current?.send(channel, data);
  }

  async endChannel(channel: number): Promise<void> {
    await this.#current?.endChannel(channel);
  }

  async #tryFor(patience: number): Promise<Opening> {
    const { clock, signal, ended } = this.#options;
    const since = this.#troubleSince ?? clock.now();
    let failure: OpenFailure | undefined;
    const stopTelling = this.#tellOfSilence(since, () => failure);
    const again = this.#current !== undefined;
    try {
      while (!signal.aborted && !ended.aborted) {
        const opening = await this.#tryOnce(Math.max(since + patience - clock.now(), PAUSE_LIMIT_MS));
        if (opening.kind !== 'retry') return opening;
        ({ failure } = opening);
        const pause = Math.max(this.#nextPause(), opening.after ?? 0);
        // The session of a user is worth more patience than one that has not begun.
        const limit = again ? patience : Math.min(patience, opening.patience ?? Infinity);
        if (clock.now() + pause - since > limit) return { kind: 'gave-up', failure };
        if (!opening.quiet)
          this.#options.waiting({ again, waited: clock.now() - since, failure, because: 'retry' });
        await pauseOn(clock, pause, signal, ended);
      }
      return { kind: 'ended' };
    } finally {
      stopTelling();
    }
  }

  async #tryOnce(
    limit: number,
  ): Promise<Opening | (Extract<OpenVerdict, { do: 'retry' }> & { kind: 'retry' })> {
    const { clock, signal, breaks } = this.#options;
    const late = new AbortController();
    const cancel = clock.after(limit, () =>
      late.abort(new DOMException('no answer in time', 'TimeoutError')),
    );
    try {
      // A connection that opens after the abort closes itself, because it has the signal too.
      const stop = AbortSignal.any([signal, late.signal]);
      const command = await abortable(this.#options.open(stop), stop);
      return { kind: 'open', command: this.#use(command) };
    } catch (error) {
      if (signal.aborted) return { kind: 'ended' };
      if (late.signal.aborted) {
        const seconds = Math.round(limit / 1000);
        return {
          kind: 'gave-up',
          failure: { ...breaks, message: `${breaks.message} (no answer within ${seconds} s)` },
        };
      }
      const verdict = await this.#options.judge(error);
      if (verdict.do === 'end') return { kind: 'ended' };
      return verdict.do === 'retry'
        ? { kind: 'retry', ...verdict }
        : { kind: 'gave-up', failure: verdict.failure };
    } finally {
      cancel();
    }
  }

  #tellOfSilence(since: number, failure: () => OpenFailure | undefined): () => void {
    const { clock } = this.#options;
    const again = this.#current !== undefined;
    let cancel = () => {};
    const tell = () => {
      const waited = clock.now() - since;
      this.#options.waiting({ again, waited, failure: failure(), because: 'silence' });
      cancel = clock.after(WAITING_AGAIN_MS, tell);
    };
    cancel = clock.after(WAITING_MS, tell);
    return () => cancel();
  }

  #nextPause(): number {
    const pause = this.#pause * (0.5 + this.#random() / 2);
    this.#pause = Math.min(this.#pause * 2, PAUSE_LIMIT_MS);
    return pause;
  }

  #recovered(): void {
    this.#troubleSince = undefined;
    this.#pause = PAUSE_MS;
  }

  #use(command: RemoteCommand): RemoteCommand {
    const again = this.#current !== undefined;
    this.#current = command;
    this.#openedAt = this.#options.clock.now();
    this.#options.opened(command, again);
    // Output shows that the problem is over.
    return watchOutput(command, () => this.#recovered());
  }
}
