import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { readToEnd } from '../packages/sandbox/src/runtimes/runc/read-to-end.ts';
import { screenDifferences } from './screen-differences.ts';

/** A program on a pseudo-terminal, with the screen that its user sees. */
export class TerminalProgram {
  readonly #screen: xterm.Terminal;
  readonly #pty: ReturnType<typeof spawn>;
  #raw = '';
  #watchers = new Set<() => void>();
  readonly exited: Promise<number>;
  #gone = false;
  readonly #closeAtOnce: () => void;

  constructor(
    program: string,
    args: readonly string[],
    options: { env: Record<string, string | undefined>; cols?: number; rows?: number; cwd?: string },
  ) {
    const { cols = 100, rows = 30 } = options;
    this.#screen = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    const env = Object.fromEntries(Object.entries(options.env).filter((entry) => entry[1] !== undefined));
    this.#pty = spawn(program, [...args], {
      cols,
      rows,
      env: env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#pty.onData((data) => {
      this.#raw += data;
      this.#screen.write(data, () => this.#wake());
    });
    this.#closeAtOnce = readToEnd(this.#pty);
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#gone = true;
        // Once the screen shows all that came before.
        this.#screen.write('', () => {
          resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal);
          this.#wake();
        });
      });
    });
  }

  /** The terminal's screen, cell by cell. */
  get screen(): xterm.Terminal {
    return this.#screen;
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** All bytes the program wrote, as text. */
  get raw(): string {
    return this.#raw;
  }

  /** The screen's text, including the scrollback, without trailing blanks. */
  get text(): string {
    const { active } = this.#screen.buffer;
    const lines: string[] = [];
    for (let row = 0; row < active.length; row += 1) {
      lines.push(active.getLine(row)?.translateToString(true) ?? '');
    }
    return lines.join('\n').trimEnd();
  }

  /** Differences of the screen from before. */
  differences(): string[] {
    return screenDifferences(this.#screen, this.#raw);
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
    this.#screen.resize(cols, rows);
  }

  kill(signal: NodeJS.Signals): void {
    // The PID of an exited process may have been reused.
    if (!this.#gone) this.#pty.kill(signal);
  }

  /** Closes the terminal itself, like a closed window. */
  close(): void {
    this.#closeAtOnce();
    (this.#pty as unknown as { destroy(): void }).destroy();
  }

  /** Waits until the screen contains this; after `timeout` ms, fails with the screen's text. */
  async waitFor(what: RegExp | string, timeout = 20_000): Promise<void> {
    const shown = () => (typeof what === 'string' ? this.text.includes(what) : what.test(this.text));
    await this.until(shown, timeout, `the screen never showed ${String(what)}`);
  }

  /** Waits until everything that was written satisfies the condition; fails like `waitFor`. */
  async until(
    isSo: (raw: string) => boolean,
    timeout = 20_000,
    otherwise = 'what was waited for did not come',
  ): Promise<void> {
    const deadline = Date.now() + timeout;
    while (!isSo(this.#raw)) {
      if (Date.now() > deadline) throw new Error(`${otherwise}:\n${this.text}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, deadline - Date.now() + 1);
        const watchers = this.#watchers;
        watchers.add(wake);
        function wake() {
          clearTimeout(timer);
          watchers.delete(wake);
          resolve();
        }
      });
    }
  }

  #wake(): void {
    for (const wake of this.#watchers) wake();
  }
}
