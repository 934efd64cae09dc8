import type { RemoteCommand } from '../cluster/types.ts';
import type { Connection } from './connection.ts';
import { pauseOn } from './pause-on.ts';
import type { SessionContext } from './session-context.ts';
import { type InputEnd, sendInput } from './terminal/input.ts';

/** Time for a pending write to notice the end of the session, in ms. */
const STOP_MS = 500;

/** Forwards the user's input from the first connection to the end of the session, and ends the session if necessary. */
export class UserInput {
  readonly #session: SessionContext;
  #sending: Promise<void> | undefined;
  #end: InputEnd['kind'] | 'broken' | undefined;

  constructor(session: SessionContext) {
    this.#session = session;
  }

  /** Whether a broken connection loses input: it is unknown how much of it has arrived. Keys can be typed again. */
  get isCutByBreak(): boolean {
    const { options, terminal } = this.#session;
    return options.stdin && !terminal.interactive && this.#end !== 'end-of-input';
  }

  /** Whether that may have happened: some of it may have been sent, but not all. */
  get isPartlySent(): boolean {
    return this.#sending !== undefined && this.isCutByBreak;
  }

  /** All of it was sent. */
  get isOver(): boolean {
    return this.#end === 'end-of-input';
  }

  /** Starts sending. Does nothing the second time: data is sent to the current connection. */
  start(connection: Connection): void {
    const { options, terminal, end } = this.#session;
    if (!options.stdin || this.#sending !== undefined) return;
    this.#sending = sendInput(
      terminal.stdin,
      sender(connection, terminal.interactive),
      terminal.keys,
      end.signal,
    )
      .then((ended) => {
        this.#end = ended.kind;
        if (ended.kind === 'detached') end.end({ kind: 'detached' });
        if (ended.kind === 'unreadable') end.end({ kind: 'input-unreadable', why: ended.why });
      })
      .catch(() => {
        // The connection's own end shows what that means.
        this.#end = 'broken';
      });
  }

  /** Resolves when stdin is no longer used; to be called after the end of the session. */
  async stopped(): Promise<void> {
    const late = new AbortController();
    const pause = pauseOn(this.#session.clock, STOP_MS, late.signal);
    await Promise.race([this.#sending, pause]);
    late.abort();
  }
}

/** Keys typed while the connection is broken are dropped, as on any terminal; piped input must not be lost. */
function sender(connection: Connection, forgiving: boolean): Pick<RemoteCommand, 'send' | 'endChannel'> {
  const send = (channel: number, data: Uint8Array) => connection.send(channel, data);
  return {
    endChannel: (channel) => connection.endChannel(channel),
    send: forgiving ? (channel, data) => send(channel, data).catch(() => undefined) : send,
  };
}
