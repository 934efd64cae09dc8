import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** A running program with an open standard input. */
export class RunningProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';
  /** Its exit code, or 128 plus the signal's number. */
  readonly exited: Promise<number>;
  #over = false;

  constructor(program: string, args: readonly string[], env: Record<string, string | undefined>) {
    this.#child = spawn(program, args, { env, stdio: 'pipe' });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      this.#wake();
    });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
      this.#wake();
    });
    this.#child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        this.#over = true;
        this.#wake();
        resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
      });
    });
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  end(): void {
    this.#child.stdin.end();
  }

  /** Terminates it, and waits until it has exited. */
  async stop(): Promise<number> {
    this.#child.kill('SIGINT');
    return this.exited;
  }

  /** Waits until stdout or stderr matches; fails after `timeout` ms, or if the program exits before. */
  async waitFor(what: RegExp, timeout = 15_000): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeout;
    for (;;) {
      const match = what.exec(this.stdout) ?? what.exec(this.stderr);
      if (match !== null) return match;
      if (this.#over || Date.now() > deadline) {
        const why = this.#over ? 'it ended' : `waited ${timeout} ms`;
        throw new Error(`${String(what)} never came (${why}):\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, deadline - Date.now() + 1);
        const watchers = this.#watchers;
        watchers.add(wake);
        function wake(): void {
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
