import type { RemoteCommand } from '../cluster/types.ts';

/** First and longest pause between tries to take a broken stream up again, in ms. */
const PAUSE_MS = 200;
const PAUSE_LIMIT_MS = 5_000;

/**
 * The attach of a session, which may break and be opened again: whoever sends goes through here and reaches the
 * connection that is open now.
 */
export class Connection {
  readonly #open: () => Promise<RemoteCommand | undefined>;
  readonly #signal: AbortSignal;
  readonly #opened: (command: RemoteCommand, again: boolean) => void;
  #current: RemoteCommand | undefined;

  /**
   * `open` opens an attach, or gives undefined where the container has ended; `opened` is told of each one that is
   * open (`again`: it is not the first).
   */
  constructor(
    open: () => Promise<RemoteCommand | undefined>,
    opened: (command: RemoteCommand, again: boolean) => void,
    signal: AbortSignal,
  ) {
    this.#open = open;
    this.#opened = opened;
    this.#signal = signal;
  }

  async open(): Promise<RemoteCommand | undefined> {
    const command = await this.#open();
    if (command !== undefined) this.#use(command);
    return command;
  }

  /** Tries to open it again until that succeeds, the container has ended, or `giveUpAfter` ms are over. */
  async reopen(now: () => number, giveUpAfter: number): Promise<RemoteCommand | undefined> {
    const begun = now();
    for (let pause = PAUSE_MS; !this.#signal.aborted; pause = Math.min(pause * 2, PAUSE_LIMIT_MS)) {
      try {
        return await this.open();
      } catch {
        if (now() - begun > giveUpAfter) return undefined;
        await pauseFor(pause, this.#signal);
      }
    }
    return undefined;
  }

  async send(channel: number, data: Uint8Array): Promise<void> {
    await this.#current?.send(channel, data);
  }

  async endChannel(channel: number): Promise<void> {
    await this.#current?.endChannel(channel);
  }

  get canHalfClose(): boolean {
    return this.#current?.canHalfClose ?? true;
  }

  async close(): Promise<void> {
    await this.#current?.close();
  }

  #use(command: RemoteCommand): void {
    const again = this.#current !== undefined;
    this.#current = command;
    this.#opened(command, again);
  }
}

/** Waits so long (ms), or until the signal is aborted. */
export function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
