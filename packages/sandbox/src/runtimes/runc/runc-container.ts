import { existsSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogOptions, RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import type { Image } from '../../cri/image.ts';
import { deferred } from '../../cri/deferred.ts';
import { readLog } from '../../cri/log/log-reader.ts';
import type { LogWriter } from '../../cri/log/log-writer.ts';
import { logTail } from '../../cri/log/log-tail.ts';
import {
  type ContainerConfig,
  type ContainerState,
  type LinuxUser,
  type RuntimeContainer,
  StartError,
} from '../../cri/runtime.ts';
import { OutputHub } from '../../cri/stream/output-hub.ts';
import { countsKillsInOwnCgroup, hadOomKill, removeCgroup } from './cgroup.ts';
import type { StreamedChild } from './child-process.ts';
import type { RuncNode } from './node/runc-node.ts';
import { startErrorMessage } from '../../cri/error-words.ts';
import { execProcess } from './runc-exec.ts';
import { lastError, run, runcArgv, type RuncContext, waitForPidFile } from './runc-command.ts';
import { spawnChild } from './spawn-child.ts';

/** containerd's exit code for a process that could not be started. */
const START_ERROR_CODE = 128;
/** Interval at which the end of a first process is looked for. */
const END_CHECK_MS = 20;
/** The kubelet's maximum for a termination message. */
const TERMINATION_MESSAGE_BYTES = 4096;

/** The paths of a container's files and cgroup. */
export interface ContainerPaths {
  directory: string;
  /** The parent of the container's own cgroup, if it has one. */
  cgroup?: string;
  /** Whether it is in the process namespace of the node. */
  nodePids: boolean;
  /** The file on the node that is mounted at the termination message path. */
  terminationLog?: string;
}

/** A container that runs under `runc run` in the foreground, which copies its streams and returns its exit code. */
export class RuncContainer implements RuntimeContainer {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly image: Image;
  readonly user: LinuxUser;
  readonly exited: Promise<void>;
  state: ContainerState = { phase: 'created' };
  /** The PID of its first process on the node; undefined unless it is running. */
  pid: number | undefined;
  readonly #context: RuncContext;
  readonly #node: RuncNode;
  readonly #config: ContainerConfig;
  readonly #place: ContainerPaths;
  readonly #log: LogWriter;
  readonly #now: () => Date;
  readonly #end = deferred<void>();
  #child: StreamedChild | undefined;
  #hub: OutputHub | undefined;
  #outOfMemory = false;
  #removed = false;
  #starting: Promise<void> | undefined;

  constructor(options: {
    id: string;
    context: RuncContext;
    node: RuncNode;
    config: ContainerConfig;
    place: ContainerPaths;
    user: LinuxUser;
    log: LogWriter;
    now: () => Date;
  }) {
    this.id = options.id;
    this.name = options.config.name;
    this.attempt = options.config.attempt;
    this.image = options.config.image;
    this.user = options.user;
    this.exited = this.#end.promise;
    this.#context = options.context;
    this.#node = options.node;
    this.#config = options.config;
    this.#place = options.place;
    this.#log = options.log;
    this.#now = options.now;
  }

  async start(): Promise<void> {
    if (this.#removed) throw this.#failed('the container is being removed');
    this.#starting = this.#run();
    await this.#starting;
  }

  async #run(): Promise<void> {
    const { directory } = this.#place;
    const pidFile = join(directory, 'pid');
    const logPath = join(directory, 'runc.log');
    const kept = this.#limited && countsKillsInOwnCgroup();
    const options = ['--pid-file', pidFile, '-b', directory, ...(kept ? ['--keep'] : [])];
    const argv = runcArgv(this.#context, logPath, 'run', ...options, this.id);
    const child = await spawnChild(this.#node.enter(argv), {
      tty: this.#config.tty,
      stdin: this.#config.stdin,
      env: this.#context.env,
    });
    this.#child = child;
    const pid = await waitForPidFile(pidFile, child.ended);
    if (pid === undefined) {
      await child.ended.catch(() => {});
      if (kept) await this.#deleteKept();
      throw this.#failed(lastError(logPath) ?? 'runc ended without a word');
    }
    this.pid = pid;
    this.state = { phase: 'running', startedAt: this.#now() };
    this.#connect(child);
    const deleted = kept ? this.#firstProcessEnd(pid, child).then(() => this.#deleteKept()) : undefined;
    Promise.all([child.ended, deleted]).then(
      ([code]) => this.#finish(code),
      () => this.#finish(START_ERROR_CODE),
    );
  }

  /** Whether the container has a memory limit that the kernel enforces. */
  get #limited(): boolean {
    return this.#config.resources.memoryLimit !== undefined && this.#place.cgroup !== undefined;
  }

  #noteOomKills(): void {
    const { cgroup } = this.#place;
    if (cgroup !== undefined && this.#limited) this.#outOfMemory ||= hadOomKill(cgroup, this.id);
  }

  /**
   * Waits until runc has exited. In the node's process namespace until the first process has: runc then waits for all that
   * hold the output, and only its deletion of the container kills them.
   */
  async #firstProcessEnd(pid: number, child: StreamedChild): Promise<void> {
    const ended = child.ended.then(
      () => true,
      () => true,
    );
    if (!this.#place.nodePids) return void (await ended);
    const exists = (): boolean => existsSync(join(this.#node.proc, String(pid)));
    // There is no event for the end of a process that isn't a child.
    while (exists()) if (await Promise.race([ended, delay(END_CHECK_MS, false)])) return;
  }

  /** Deletes a container that `run --keep` has left, with its cgroup, whose count of OOM kills is read first. */
  async #deleteKept(): Promise<void> {
    this.#noteOomKills();
    const logPath = join(this.#place.directory, 'runc-delete.log');
    const argv = runcArgv(this.#context, logPath, 'delete', '--force', this.id);
    // What this leaves is removed with the state directory.
    await run(this.#context, this.#node.enter(argv)).catch(() => {});
  }

  #connect(child: StreamedChild): void {
    this.#hub = new OutputHub({
      tty: this.#config.tty,
      stdinOnce: this.#config.stdinOnce,
      ...(child.stdin === undefined ? {} : { stdin: child.stdin }),
      resize: (size) => child.resize(size),
      resume: () => child.resume(),
    });
    child.onOutput((stream, chunk) => {
      this.#log.write(stream, chunk);
      if (this.#hub?.publish(stream, chunk) === false) child.pause();
    });
  }

  #failed(runcMessage: string): StartError {
    const message = startErrorMessage(runcMessage, (path) => this.#isDirectory(path));
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

  #finish(exitCode: number): void {
    const startedAt = this.state.phase === 'running' ? this.state.startedAt : this.#now();
    this.#noteOomKills();
    this.state = {
      phase: 'exited',
      startedAt,
      finishedAt: this.#now(),
      exitCode,
      // As on a real node, also if the killed process was not the first one and the exit code is 0.
      reason: this.#outOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
    };
    this.#release();
  }

  #release(): void {
    this.pid = undefined;
    this.#log.end();
    this.#hub?.end();
    this.#end.resolve();
  }

  signal(name: NodeJS.Signals): void {
    if (this.pid === undefined || this.#child === undefined) return;
    // A runc in the foreground forwards signals to the first process, without the risk of a reused PID. It can't forward
    // SIGKILL, and in a user namespace another program is in between.
    const direct = name === 'SIGKILL' || this.#node.rootless;
    this.#node.signal(direct ? this.pid : this.#child.pid, name);
  }

  attach(streams: StreamOptions): RemoteProcess {
    if (this.#hub === undefined) throw new Error(`container ${this.id} was not started`);
    return this.#hub.attach(streams);
  }

  exec(command: readonly string[], streams: StreamOptions): RemoteProcess {
    return execProcess(this.#context, this.#node, this.#place.directory, this.id, command, streams, (path) =>
      this.#isDirectory(path),
    );
  }

  #isDirectory(path: string): boolean {
    return this.#config.image.layers.some((layer) =>
      statSync(join(layer, path), { throwIfNoEntry: false })?.isDirectory(),
    );
  }

  readLog(options: LogOptions, signal: AbortSignal): Readable {
    return readLog(this.#log.path, options, signal, this.#log.ended ? undefined : this.#log);
  }

  async terminationMessage(): Promise<string> {
    const path = this.#place.terminationLog;
    if (path === undefined) return '';
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.slice(0, TERMINATION_MESSAGE_BYTES);
  }

  async logTail(lines: number, bytes: number): Promise<string> {
    return logTail(this.#log.path, lines, bytes);
  }

  /** Called by the log monitor. */
  rotateLog(): void {
    this.#log.rotate();
  }

  async remove(): Promise<void> {
    this.#removed = true;
    await this.#starting?.catch(() => {});
    this.signal('SIGKILL');
    if (this.state.phase === 'running') await this.exited;
    this.#log.end();
    await this.#node.remove(this.#place.directory);
    if (this.#place.cgroup !== undefined) removeCgroup(this.#place.cgroup);
  }

  async removeLog(): Promise<void> {
    rmSync(this.#log.path, { force: true });
  }
}
