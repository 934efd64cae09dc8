import { BrokenPipe, Collector } from './streams.ts';
import { execute } from './execute.ts';
import type { Expansion } from './expand.ts';
import { LoopJump } from './loop-jump.ts';
import { parseProgram } from './parser.ts';
import {
  claimMemory,
  type Io,
  isShell,
  type Machine,
  ProcessExit,
  SIGNAL_BASE,
  SIGNAL_NUMBERS,
} from './process.ts';
import { type List, ShellSyntaxError } from './syntax.ts';

/** Runs a program that is not a builtin; undefined if there is no program with that name. */
export type RunProgram = (argv: readonly string[], io: Io, shell: Shell) => Promise<number> | undefined;

/** A command that changes the shell itself. */
export type Builtin = (shell: Shell, args: readonly string[], io: Io) => Promise<number> | number;

const NOT_FOUND = 127;
const SYNTAX_ERROR = 2;
/** Commands between two yields to the event loop, which a busy loop must not block. */
const COMMANDS_PER_TURN = 64;

/** Runs programs in a small subset of the POSIX shell language as a simulated process. */
export class Shell {
  readonly machine: Machine;
  /** Aborted when the process is killed; the reason is a ProcessExit. */
  readonly signal: AbortSignal;
  variables: Map<string, string>;
  /** The positional parameters. */
  parameters: readonly string[] = [];
  name = 'sh';
  readonly pid: number;
  /** Kills the process itself, like `kill $$`. */
  readonly kill: (name: NodeJS.Signals) => void;
  /** What `ps` shows of commands. `all`: each as a process; `own`: it replaces this process; `none`: nothing. */
  showsChildren: 'all' | 'own' | 'none' = 'all';
  /** Commands by signal. */
  readonly traps = new Map<string, string>();
  status = 0;
  readonly #builtins: ReadonlyMap<string, Builtin>;
  readonly #runProgram: RunProgram;
  readonly #background: Promise<unknown>[] = [];
  readonly #caught: string[] = [];
  #commands = 0;
  #wakeWait: (() => void) | undefined;

  constructor(options: {
    machine: Machine;
    signal: AbortSignal;
    variables: ReadonlyMap<string, string>;
    pid: number;
    kill: (name: NodeJS.Signals) => void;
    builtins: ReadonlyMap<string, Builtin>;
    runProgram: RunProgram;
  }) {
    this.machine = options.machine;
    this.signal = options.signal;
    this.variables = new Map(options.variables);
    this.pid = options.pid;
    this.kill = options.kill;
    this.#builtins = options.builtins;
    this.#runProgram = options.runProgram;
  }

  /** A subshell with its own variables. With `process`, it is a separate process. */
  fork(process?: { pid: number; signal: AbortSignal; kill: (name: NodeJS.Signals) => void }): Shell {
    const child = new Shell({
      machine: this.machine,
      signal: process?.signal ?? this.signal,
      variables: this.variables,
      pid: process?.pid ?? this.pid,
      kill: process?.kill ?? this.kill,
      builtins: this.#builtins,
      runProgram: this.#runProgram,
    });
    child.parameters = this.parameters;
    child.name = this.name;
    child.status = this.status;
    if (this.showsChildren === 'none') child.showsChildren = 'none';
    return child;
  }

  /** Shares this shell's variables with the other. */
  shareVariables(other: Shell): void {
    this.variables = other.variables;
    this.parameters = other.parameters;
  }

  /** Runs a program until its end or `exit`; returns the exit code. */
  async runToEnd(source: string, io: Io): Promise<number> {
    try {
      return await this.run(parseProgram(source), io);
    } catch (error) {
      return this.endOf(error, io);
    }
  }

  /** The exit code for an error of a run; rethrows unknown errors. */
  async endOf(error: unknown, io: Io): Promise<number> {
    if (this.signal.aborted) throw this.signal.reason as Error;
    if (error instanceof ProcessExit) return error.code;
    if (error instanceof LoopJump) return 0;
    if (error instanceof BrokenPipe) return SIGNAL_BASE + (SIGNAL_NUMBERS['SIGPIPE'] ?? 0);
    if (error instanceof ShellSyntaxError) {
      await this.complain(io, error.message);
      return SYNTAX_ERROR;
    }
    throw error;
  }

  async complain(io: Io, message: string): Promise<void> {
    await io.stderr.write(Buffer.from(`${this.name}: ${message}\n`, 'latin1'));
  }

  /** Whether a trap is set for the signal; its command then runs after the current one. */
  catchSignal(name: string): boolean {
    if (!this.traps.has(name)) return false;
    this.#caught.push(name);
    this.#wakeWait?.();
    return true;
  }

  /** Waits until all background commands have ended, or for a trapped signal. */
  async wait(): Promise<void> {
    const interrupted = new Promise<void>((resolve) => {
      this.#wakeWait = resolve;
    });
    if (this.#caught.length === 0) await Promise.race([Promise.all(this.#background), interrupted]);
    this.#wakeWait = undefined;
  }

  run(list: List, io: Io): Promise<number> {
    return execute(this, list, io);
  }

  /** Registers a background command. */
  addBackground(task: Promise<unknown>): void {
    this.#background.push(task.catch(() => {}));
  }

  builtin(name: string): Builtin | undefined {
    return this.#builtins.get(name);
  }

  /** Yields regularly, and runs the traps of received signals. */
  async betweenCommands(io: Io): Promise<void> {
    this.signal.throwIfAborted();
    this.#commands += 1;
    if (this.#commands % COMMANDS_PER_TURN === 0) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    for (let name = this.#caught.shift(); name !== undefined; name = this.#caught.shift()) {
      const status = this.status;
      await this.run(parseProgram(this.traps.get(name) ?? ''), io);
      this.status = status;
    }
  }

  /** Runs a program, with additional variables. */
  async runCommand(
    argv: readonly string[],
    io: Io,
    values: readonly (readonly [string, string])[] = [],
  ): Promise<number> {
    const child = this.fork();
    for (const [variable, value] of values) child.variables.set(variable, value);
    const { processes, uid, tree } = this.machine;
    if (this.showsChildren === 'own') processes.replace(this.pid, argv);
    // A shell registers itself.
    const hidden = this.showsChildren !== 'all' || isShell(argv[0] ?? '');
    const pid = hidden ? undefined : processes.add({ uid, argv, tree });
    try {
      const running = this.#runProgram(argv, io, child);
      if (running !== undefined) return await running;
    } finally {
      if (pid !== undefined) processes.remove(pid);
    }
    await this.complain(io, `${argv[0]}: not found`);
    return NOT_FOUND;
  }

  /** Sets a variable. */
  assign(name: string, value: string): void {
    this.#claim(value.length);
    this.variables.set(name, value);
  }

  /** OOM-kills the container if a value exceeds its limit. */
  #claim(bytes: number): void {
    claimMemory(this.machine, bytes);
    this.signal.throwIfAborted();
  }

  /** The context for the expansion of words. */
  expansion(io: Io): Expansion {
    return {
      parameters: this.parameters,
      variable: (name) => this.#variable(name),
      output: async (source) => {
        const collector = new Collector((total) => this.#claim(total));
        this.status = await this.fork().runToEnd(source, { ...io, stdout: collector });
        return collector.text();
      },
    };
  }

  #variable(name: string): string {
    if (name === '?') return String(this.status);
    if (name === '$') return String(this.pid);
    if (name === '#') return String(this.parameters.length);
    if (name === '@' || name === '*') return this.parameters.join(' ');
    if (name === '0') return this.name;
    if (/^\d$/.test(name)) return this.parameters[Number(name) - 1] ?? '';
    // 0 to 32767, as in other shells.
    if (name === 'RANDOM') return String(Math.floor(this.machine.random.next() * 32_768));
    return this.variables.get(name) ?? '';
  }
}
