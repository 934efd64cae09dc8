import type { TerminalSize } from 'kubectl-dbg-wire';
import { sanitiseShort } from '../../base/sanitise.ts';
import type { InputStream, OutputStream, World } from '../../model/world.ts';
import { DetachKeys } from './detach-keys.ts';
import { TerminalModes } from './terminal-modes.ts';
import { enterRawMode, onResize, type RawTerminal, terminalSize } from './terminal.ts';

/** Saves the window title on the terminal's stack, and restores it. Source: xterm, XTWINOPS. */
const SAVE_TITLE = '\x1b[22;2t';
const RESTORE_TITLE = '\x1b[23;2t';
const TITLE_LIMIT = 200;

export interface UserTerminalOptions {
  world: Pick<World, 'stdin' | 'stderr' | 'onSignal' | 'suspend' | 'passOutput'>;
  /** Destination of the container's output. */
  stdout: OutputStream;
  /** The user's input is forwarded. */
  stdin: boolean;
  /** The container has a terminal. */
  tty: boolean;
  detachKeys: Uint8Array;
  /** The session's signal: after it the terminal belongs to the user again. */
  signal: AbortSignal;
}

/** The owner of the user's terminal: raw mode, size, detach keys, title, and the modes that a program leaves set. */
export class UserTerminal {
  /** The container gets the terminal when the stream is open. */
  readonly interactive: boolean;
  /** Finds the detach keys in typed input; undefined if nothing is typed. */
  readonly keys: DetachKeys | undefined;
  /** To be written to instead of stdout: modes that a program sets are tracked. */
  readonly output: OutputStream;
  readonly #options: UserTerminalOptions;
  readonly #modes = new TerminalModes();
  readonly #lifetime = new AbortController();
  #raw: RawTerminal | undefined;
  #titled = false;

  constructor(options: UserTerminalOptions) {
    const { world, stdout, stdin, tty, detachKeys, signal } = options;
    this.#options = options;
    this.interactive = tty && stdin && world.stdin.isTTY === true;
    this.keys = this.interactive ? new DetachKeys(detachKeys) : undefined;
    this.output = tty && stdout.isTTY === true ? noting(stdout, this.#modes) : stdout;
    if (signal.aborted) this.#lifetime.abort();
    else
      signal.addEventListener('abort', () => this.restore(), { once: true, signal: this.#lifetime.signal });
  }

  get stdin(): InputStream {
    return this.#options.world.stdin;
  }

  /** Whether the container has the terminal: we must not write a byte to it. */
  get taken(): boolean {
    return this.#raw !== undefined && !this.#lifetime.signal.aborted;
  }

  get size(): TerminalSize | undefined {
    return terminalSize(this.#options.stdout);
  }

  /** Gives the terminal to the container. Does nothing the second time, or if it is not interactive. */
  take(): void {
    if (!this.interactive || this.#raw !== undefined || this.#lifetime.signal.aborted) return;
    this.#raw = enterRawMode(this.#options.world.stdin, this.#options.world);
  }

  /** Calls `listener` with each new size during the session. */
  onResize(listener: (size: TerminalSize) => void): void {
    const { stdout, tty } = this.#options;
    if (!tty || this.#lifetime.signal.aborted) return;
    const off = onResize(stdout, listener);
    this.#lifetime.signal.addEventListener('abort', off, { once: true });
  }

  /** Shows a line in the window title, where it does not mix with the stream; undefined removes it. */
  showStatus(text: string | undefined): void {
    if (!this.taken) return;
    if (text === undefined) this.#restoreTitle();
    // Within a sequence of the program it would damage both; the next status follows soon.
    else if (!this.#modes.midSequence) {
      this.#write(`${this.#titled ? '' : SAVE_TITLE}\x1b]2;${sanitiseShort(text, TITLE_LIMIT)}\x1b\\`);
      this.#titled = true;
    }
  }

  /**
   * The terminal is the user's again, as it was. May be called any number of times: what was still being written after
   * the first is undone by the next.
   */
  restore(): void {
    this.#restoreTitle();
    const undo = this.#modes.undo();
    const { stdout, world } = this.#options;
    // A stdout that failed may have been the same terminal as stderr.
    const way = isOpen(stdout) ? stdout : stdout.isTTY === true ? world.stderr : undefined;
    if (undo !== '' && way !== undefined && isOpen(way)) way.write(undo);
    this.#raw?.restore();
    this.#lifetime.abort();
  }

  #restoreTitle(): void {
    if (!this.#titled) return;
    this.#titled = false;
    this.#write(this.#modes.midSequence ? `\x18${RESTORE_TITLE}` : RESTORE_TITLE);
  }

  /** On stderr if that is a terminal: stdout then carries the stream's bytes alone. */
  #write(text: string): void {
    const { world, stdout } = this.#options;
    const terminal = [world.stderr, stdout].find((stream) => stream.isTTY === true && isOpen(stream));
    terminal?.write(text);
  }
}

function isOpen(stream: OutputStream): boolean {
  return !stream.destroyed && !stream.writableEnded;
}

/** The same stream, with all that is written to it noted. */
function noting(stream: OutputStream, modes: TerminalModes): OutputStream {
  const write = (data: Uint8Array | string) => {
    modes.note(typeof data === 'string' ? Buffer.from(data) : data);
    return stream.write(data);
  };
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
