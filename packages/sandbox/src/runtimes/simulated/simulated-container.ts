import type { Readable } from 'node:stream';
import type { LogOptions, ProcessEnd, RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import type { Image } from '../../cri/image.ts';
import { deferred } from '../../cri/deferred.ts';
import type { LogStream } from '../../cri/log/cri-line.ts';
import { execErrorMessage, startErrorMessage } from '../../cri/error-words.ts';
import {
  type ContainerConfig,
  type ContainerState,
  type LinuxUser,
  type RuntimeContainer,
  StartError,
} from '../../cri/runtime.ts';
import { OutputHub } from '../../cri/stream/output-hub.ts';
import { type Behaviour, commandError, notFoundError } from './behaviour.ts';
import type { LazyLog } from './lazy-log.ts';
import type { ProcessTable } from './process-table.ts';
import { findProgram } from './shell/programs/index.ts';
import { type Machine, SIGNAL_BASE, SIGNAL_NUMBERS } from './shell/process.ts';
import { Pipe, type Sink } from './shell/streams.ts';
import { inputStream, startExec } from './simulated-exec.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { Terminal } from './terminal.ts';

/** containerd's exit code for a process that could not be started. */
const START_ERROR_CODE = 128;
/** The kubelet's maximum for a termination message. */
const TERMINATION_MESSAGE_BYTES = 4096;

export interface SimulatedContainerOptions {
  id: string;
  config: ContainerConfig;
  user: LinuxUser;
  behaviour: Behaviour;
  /** How long it takes to start, in ms. */
  startDelay: number;
  /** Created when first needed: most containers never run anything. */
  machine: () => Machine;
  /** Its process is the init process of its PID namespace. */
  init: boolean;
  /** The processes of its PID namespace. */
  processes: ProcessTable;
  log: LazyLog;
}

/** A container without a real process; its annotations and its command determine what it does. */
export class SimulatedContainer implements RuntimeContainer {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: Image;
  readonly user: LinuxUser;
  state: ContainerState = { phase: 'created' };
  readonly #options: SimulatedContainerOptions;
  readonly #end = deferred<void>();
  readonly #gone = new AbortController();
  readonly #others = new Set<SimulatedProcess>();
  #machine: Machine | undefined;
  #process: SimulatedProcess | undefined;
  #terminal: Terminal | undefined;
  #stdin: Pipe | undefined;
  #hub: OutputHub | undefined;
  #outOfMemory = false;
  /** PID of a service, which has no simulated process. */
  #pid: number | undefined;
  #heldUp: (() => void)[] = [];

  constructor(options: SimulatedContainerOptions) {
    this.id = options.id;
    this.name = options.config.name;
    this.attempt = options.config.attempt;
    this.image = options.config.image;
    this.user = options.user;
    this.#options = options;
  }

  get exited(): Promise<void> {
    return this.#end.promise;
  }

  get processes(): ProcessTable {
    return this.#options.processes;
  }

  async start(): Promise<void> {
    const { behaviour, startDelay } = this.#options;
    if (startDelay > 0) await this.#world().clock.sleep(startDelay, this.#gone.signal);
    if (behaviour.startError !== undefined) throw this.#failed(behaviour.startError);
    this.state = { phase: 'running', startedAt: this.#now() };
    if (behaviour.script !== undefined) this.#run({ script: behaviour.script }, false);
    else if (behaviour.command !== undefined) this.#run({ argv: behaviour.command }, this.#options.init);
    else {
      const { processes, init, user } = this.#options;
      const { tree } = this.#world();
      this.#pid = processes.add({ uid: user.uid, argv: behaviour.argv, tree }, init);
    }
  }

  #run(run: { script: string } | { argv: readonly string[] }, init: boolean): void {
    const { behaviour } = this.#options;
    const { stdout, stderr } = this.#outputs();
    const machine = this.#world();
    machine.console = { stdout, stderr };
    machine.outOfMemory = () => {
      this.#outOfMemory = true;
      this.#process?.signal('SIGKILL');
    };
    this.#process = new SimulatedProcess({
      run,
      machine,
      env: behaviour.env,
      argv: behaviour.argv,
      init,
      first: this.#options.init,
      io: {
        stdin: this.#input(),
        stdout,
        stderr,
        ...(this.#terminal === undefined ? {} : { terminal: this.#terminal.state }),
      },
    });
    void this.#process.ended.then((end) => this.#finish(end));
  }

  /** Whether it runs no program: a service that runs forever. */
  get isService(): boolean {
    return this.state.phase === 'running' && this.#process === undefined;
  }

  signal(name: NodeJS.Signals): void {
    if (this.state.phase !== 'running') return;
    if (this.#process !== undefined) this.#process.signal(name);
    // A service exits on SIGTERM.
    else if (name === 'SIGTERM') this.#finish({ exitCode: 0 });
    else this.#finish({ exitCode: SIGNAL_BASE + (SIGNAL_NUMBERS[name] ?? 0) });
  }

  attach(streams: StreamOptions): RemoteProcess {
    if (this.state.phase === 'created') throw new Error(`container ${this.id} was not started`);
    return this.#clients().attach(streams);
  }

  exec(command: readonly string[], streams: StreamOptions): RemoteProcess {
    const { config, behaviour } = this.#options;
    const argv = command.map((text) => Buffer.from(text).toString('latin1'));
    const [name = ''] = argv;
    const error =
      name === ''
        ? 'args must not be empty'
        : (commandError(command, config) ??
          (findProgram(name) === undefined ? notFoundError(name) : undefined));
    if (error !== undefined) {
      const failed = Promise.reject(new Error(execErrorMessage(this.id, error, () => false)));
      failed.catch(() => {});
      return { resize() {}, detach() {}, ended: failed };
    }
    return startExec(argv, streams, this.#world(), behaviour.env, (process) => {
      this.#others.add(process);
      void process.ended.finally(() => this.#others.delete(process));
    });
  }

  readLog(options: LogOptions, signal: AbortSignal): Readable {
    return this.#options.log.read(options, signal);
  }

  async logTail(lines: number, bytes: number): Promise<string> {
    return this.#options.log.tail(lines, bytes);
  }

  rotateLog(): void {
    this.#options.log.rotate();
  }

  async terminationMessage(): Promise<string> {
    const path = this.#options.config.terminationMessagePath;
    const file = path === undefined ? undefined : this.#machine?.tree.read(path);
    return file?.subarray(0, TERMINATION_MESSAGE_BYTES).toString('utf8') ?? '';
  }

  async remove(): Promise<void> {
    this.#gone.abort(new Error('the container is removed'));
    this.signal('SIGKILL');
    if (this.state.phase === 'running') await this.exited;
    this.#options.log.end();
    this.#machine?.tree.clear();
  }

  async removeLog(): Promise<void> {
    this.#options.log.remove();
  }

  #world(): Machine {
    return (this.#machine ??= this.#options.machine());
  }

  #now(): Date {
    return new Date(this.#world().clock.now());
  }

  #outputs(): { stdout: Sink; stderr: Sink } {
    if (this.#options.config.tty) {
      const output = this.#tty().output;
      return { stdout: output, stderr: output };
    }
    return {
      stdout: { write: (chunk) => this.#publish('stdout', chunk) },
      stderr: { write: (chunk) => this.#publish('stderr', chunk) },
    };
  }

  #tty(): Terminal {
    return (this.#terminal ??= new Terminal({ write: (chunk) => this.#publish('stdout', chunk) }, () =>
      this.#process?.signal('SIGINT'),
    ));
  }

  #input(): Pipe {
    if (this.#stdin === undefined) {
      this.#stdin = this.#options.config.tty ? this.#tty().input : new Pipe();
      if (!this.#options.config.stdin) this.#stdin.end();
    }
    return this.#stdin;
  }

  #clients(): OutputHub {
    if (this.#hub === undefined) {
      const { tty, stdin, stdinOnce } = this.#options.config;
      const input = this.#input();
      this.#hub = new OutputHub({
        tty,
        stdinOnce,
        ...(stdin ? { stdin: inputStream(input, tty ? this.#tty() : undefined) } : {}),
        resize: (size) => {
          if (tty) this.#tty().resize(size);
        },
        resume: () => this.#resume(),
      });
      if (this.state.phase === 'exited') this.#hub.end();
    }
    return this.#hub;
  }

  #publish(stream: LogStream, chunk: Buffer): Promise<void> | void {
    if (this.state.phase !== 'running') return;
    this.#options.log.write(stream, chunk);
    if (this.#hub?.publish(stream, chunk) !== false) return;
    return new Promise((resolve) => {
      this.#heldUp.push(resolve);
    });
  }

  #resume(): void {
    const heldUp = this.#heldUp;
    this.#heldUp = [];
    for (const goOn of heldUp) goOn();
  }

  #failed(runcMessage: string): StartError {
    const message = startErrorMessage(runcMessage, () => false);
    this.state = {
      phase: 'exited',
      finishedAt: this.#now(),
      exitCode: START_ERROR_CODE,
      reason: 'StartError',
      message,
    };
    this.#release();
    return new StartError(message);
  }

  #finish({ exitCode, signal }: ProcessEnd): void {
    const startedAt = this.state.phase === 'running' ? this.state.startedAt : this.#now();
    this.state = {
      phase: 'exited',
      startedAt,
      finishedAt: this.#now(),
      exitCode,
      reason: this.#outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
      ...(signal === undefined ? {} : { signal }),
    };
    this.#release();
  }

  #release(): void {
    for (const process of this.#others) process.signal('SIGKILL');
    if (this.#pid !== undefined) this.#options.processes.remove(this.#pid);
    this.#stdin?.close();
    this.#resume();
    this.#options.log.end();
    this.#hub?.end();
    this.#end.resolve();
  }
}
