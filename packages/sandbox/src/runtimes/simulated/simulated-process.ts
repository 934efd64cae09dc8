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
  /** What `ps` shows of a shell program. */
  argv?: readonly string[];
  machine: Machine;
  env: ReadonlyMap<string, string>;
  io: Io;
  /** The first process of a process namespace is ended by no signal that it has no handler for, save SIGKILL from outside. */
  init: boolean;
  /** It has process id 1, though it may be ended like any other; absent: as `init`. */
  first?: boolean;
}

const NOT_FOUND = 127;
/** What a failure of the simulation itself ends with. */
const FAILED = 1;

/** A process that exists in words only. */
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
    // Every read and sleep of the process waits on this one.
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

  /** A signal from outside its process namespace. */
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
      // It plays a program that is none: its steps are no processes.
      this.#shell.showsChildren = 'none';
      return this.#shell.runToEnd(run.script, io);
    }
    const [command = '', ...args] = run.argv;
    // The shell is this very process, so that its traps and `$$` are.
    if (isShell(command)) return runShell(args, io, this.#shell);
    return (await runProgram(run.argv, io, this.#shell)) ?? NOT_FOUND;
  }
}
