import { setMaxListeners } from 'node:events';
import type { ProcessEnd } from '../../cri/remote-process.ts';
import { BUILTINS } from './shell/builtins.ts';
import { type Io, isShell, type Machine, ProcessExit, SIGNAL_BASE, SIGNAL_NUMBERS } from './shell/process.ts';
import { runProgram } from './shell/programs/index.ts';
import { runShell } from './shell/programs/sh.ts';
import { Shell } from './shell/shell.ts';

export interface ProcessOptions {
  /** The program and its arguments, or a shell program. */
  run: { argv: readonly string[] } | { script: string };
  /** The command line of a script in `ps`. */
  argv?: readonly string[];
  machine: Machine;
  env: ReadonlyMap<string, string>;
  io: Io;
  /** It is the init process of a PID namespace: signals without a handler have no effect, except SIGKILL from outside. */
  init: boolean;
  /** It has PID 1, but signals terminate it like any other process; defaults to `init`. */
  first?: boolean;
}

const NOT_FOUND = 127;
/** Exit code after an error of the simulation itself. */
const FAILED = 1;

/** A simulated process. */
export class SimulatedProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #controller = new AbortController();
  readonly #shell: Shell;
  readonly #init: boolean;
  #killedBy: number | undefined;

  constructor(options: ProcessOptions) {
    const { machine, run, io } = options;
    this.#init = options.init;
    const argv = 'argv' in run ? run.argv : (options.argv ?? ['sh']);
    this.pid = machine.processes.add(
      { uid: machine.uid, argv, tree: machine.tree },
      options.first ?? options.init,
    );
    // Every read and sleep of the process adds a listener.
    setMaxListeners(0, this.#controller.signal);
    this.#shell = new Shell({
      machine,
      signal: this.#controller.signal,
      variables: options.env,
      pid: this.pid,
      kill: (name) => this.#killItself(name),
      builtins: BUILTINS,
      runProgram,
    });
    this.ended = this.#run(run, io).finally(() => machine.processes.remove(this.pid));
  }

  /** A signal from outside its PID namespace. */
  signal(name: NodeJS.Signals): void {
    if (name !== 'SIGKILL') {
      if (this.#shell.catchSignal(name)) return;
      if (this.#init) return;
    }
    this.#end(name);
  }

  #killItself(name: NodeJS.Signals): void {
    if (this.#shell.catchSignal(name) || this.#init) return;
    this.#end(name);
  }

  #end(name: NodeJS.Signals): void {
    this.#killedBy = SIGNAL_NUMBERS[name] ?? 0;
    this.#controller.abort(new ProcessExit(SIGNAL_BASE + this.#killedBy));
  }

  async #run(run: ProcessOptions['run'], io: Io): Promise<ProcessEnd> {
    try {
      return { exitCode: await this.#main(run, io) };
    } catch (error) {
      if (this.#killedBy !== undefined)
        return { exitCode: SIGNAL_BASE + this.#killedBy, signal: this.#killedBy };
      const exitCode = await this.#shell.endOf(error, io).catch(async (unknown: unknown) => {
        await this.#shell.complain(io, `simulation failed: ${String(unknown)}`);
        return FAILED;
      });
      return { exitCode };
    }
  }

  async #main(run: ProcessOptions['run'], io: Io): Promise<number> {
    if ('script' in run) {
      // The script stands for another program: its commands are not processes.
      this.#shell.showsChildren = 'none';
      return this.#shell.runToEnd(run.script, io);
    }
    const [command = '', ...args] = run.argv;
    // The shell is this process, with its traps and `$$`.
    if (isShell(command)) return runShell(args, io, this.#shell);
    return (await runProgram(run.argv, io, this.#shell)) ?? NOT_FOUND;
  }
}
