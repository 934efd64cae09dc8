import type { TerminalSize } from 'kubectl-dbg-wire';
import type { TerminalState } from './shell/process.ts';
import { Pipe, type Sink } from './shell/streams.ts';

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
/** The bracket of a control sequence, and the first final byte. Source: ECMA-48, 5.4. */
const CSI = 0x5b;
const FIRST_FINAL = 0x40;
const DELETE = 0x7f;

const ERASE = Buffer.from('\b \b');
const NEWLINE = Buffer.from('\r\n');

/** A terminal's line discipline with default settings: line editing, echo, LF becomes CR LF. */
export class Terminal {
  readonly state: TerminalState = {
    rows: 0,
    columns: 0,
    hold: () => {
      this.#ahead ??= [];
    },
    release: async (before) => {
      await before((this.#ahead ?? []).length > 0);
      const ahead = this.#ahead ?? [];
      this.#ahead = undefined;
      for (const chunk of ahead) await this.type(chunk);
    },
  };
  /** The process's stdin. */
  readonly input = new Pipe();
  /** The process's stdout and stderr. */
  readonly output: Sink;
  readonly #interrupt: () => void;
  #line: number[] = [];
  /** In an escape sequence from a key or the terminal: after its ESC, or after ESC and the bracket. */
  #sequence: 'escape' | 'csi' | undefined;
  /** Input from before the prompt. */
  #ahead: Buffer[] | undefined;

  /** @param interrupt handles ctrl-C unless a shell has taken it over */
  constructor(screen: Sink, interrupt: () => void) {
    this.#interrupt = interrupt;
    this.output = { write: (chunk) => screen.write(withCarriageReturns(chunk)) };
  }

  resize({ width, height }: TerminalSize): void {
    const { prompt, rows, columns } = this.state;
    this.state.rows = height;
    this.state.columns = width;
    // A line editor redraws its line.
    if (prompt === undefined || (rows === height && columns === width)) return;
    void this.output.write(
      Buffer.from(`\r${prompt}\x1b[J${Buffer.from(this.#line).toString('latin1')}`, 'latin1'),
    );
  }

  /** Handles typed input. */
  async type(chunk: Buffer): Promise<void> {
    if (this.#ahead !== undefined) {
      this.#ahead.push(chunk);
      return;
    }
    const echo: Buffer[] = [];
    for (const byte of chunk) this.#key(byte, echo);
    if (echo.length > 0) await this.output.write(Buffer.concat(echo));
  }

  #key(byte: number, echo: Buffer[]): void {
    if (this.#isOfSequence(byte)) return;
    switch (byte) {
      case CTRL_C:
        echo.push(Buffer.from('^C'));
        this.#line = [];
        if (this.state.interrupt === undefined) this.#interrupt();
        else this.state.interrupt();
        break;
      case CTRL_D:
        if (this.#line.length === 0) this.input.endOnce();
        else this.#deliver();
        break;
      case BACKSPACE:
      case DELETE:
        if (this.#line.pop() !== undefined) echo.push(ERASE);
        break;
      case CR:
      case LF:
        this.#line.push(LF);
        this.#deliver();
        echo.push(Buffer.of(LF));
        break;
      default:
        this.#line.push(byte);
        echo.push(Buffer.of(byte));
    }
  }

  /** Whether a byte belongs to an escape sequence (a key or a cursor position report), which a line editor consumes. */
  #isOfSequence(byte: number): boolean {
    if (this.#sequence === undefined) {
      if (byte === ESC && this.state.prompt !== undefined) this.#sequence = 'escape';
      return this.#sequence !== undefined;
    }
    if (this.#sequence === 'escape') this.#sequence = byte === CSI ? 'csi' : undefined;
    else if (byte >= FIRST_FINAL) this.#sequence = undefined;
    return true;
  }

  #deliver(): void {
    void this.input.write(Buffer.from(this.#line)).catch(() => {});
    this.#line = [];
  }
}

function withCarriageReturns(chunk: Buffer): Buffer {
  if (!chunk.includes(LF)) return chunk;
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
    parts.push(chunk.subarray(start, end), NEWLINE);
    start = end + 1;
  }
  parts.push(chunk.subarray(start));
  return Buffer.concat(parts);
}
