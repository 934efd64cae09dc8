import type { Writable } from 'node:stream';
import { Channel, commandEnd, type CommandEnd, decodeStatus } from 'kubectl-dbg-wire';
import type { Cluster, RemoteCommand } from '../../cluster/types.ts';
import { type Clock, REAL_CLOCK } from './clock.ts';
import {
  JOIN_THRESHOLDS,
  type JoinThresholds,
  UNFINISHED_LINE_STDIN,
  UNFINISHED_LINE_TTY,
} from './thresholds.ts';
import { type ContainerAddress, LogReader } from './log-reader.ts';
import { lostBytes, mayRepeat, type SpliceReport } from './report.ts';
import { writeTo } from './sink.ts';
import { Splice, type SpliceCommand } from './splice/splice.ts';

export interface DeliverOptions {
  cluster: Cluster;
  address: ContainerAddress;
  /**
   * The open attach; a promise while it is being opened, so that the beginning of the log need not wait for it.
   * Undefined: there is none (the container has terminated, or attaching failed: the log has everything).
   */
  attach: RemoteCommand | Promise<RemoteCommand | undefined> | undefined;
  /** Reopens attach after its connection broke; undefined as above. */
  reattach?: () => Promise<RemoteCommand | undefined>;
  /** Whether the container has been restarted since, so that its log is that of the previous run. Default: never. */
  isReplaced?: (() => boolean) | undefined;
  /** Resolves when the container's status says that it has terminated. */
  terminated: Promise<unknown>;
  stdout: Writable;
  /** Unused with a terminal, which has only one stream. */
  stderr: Writable;
  tty: boolean;
  /** Somebody may be responding to the container's output. */
  stdin: boolean;
  /** Stops the delivery at once (detach, interruption); closing attach is left to the caller. */
  signal: AbortSignal;
  clock?: Clock;
  thresholds?: Partial<JoinThresholds>;
}

/** The delivered output, and the end of attach. */
export interface DeliveryReport extends SpliceReport {
  /** Number of bytes written to both streams. */
  bytes: number;
  /** Bytes of the output that were not delivered, or at the wrong position. */
  lost: number | 'unknown';
  /** Some bytes may be repeated; how many is unknown. */
  mayRepeat: boolean;
  /** The last status on attach's error channel. */
  end: CommandEnd | undefined;
  /** The last attach broke, or was closed, without a status from the server. */
  unannounced: boolean;
  /** Why the last read of the log was incomplete. */
  logFailure: string | undefined;
  /** All output was delivered, as far as can be known; false if aborted or if the output was closed. */
  complete: boolean;
}

/**
 * Delivers a container's complete output, every byte once and in order: output from before the attach from its log, the
 * rest from attach, and from the log again if attach breaks. Slow outputs slow down the sources.
 *
 * Ends when the container has terminated and everything is written, or when `signal` is aborted. Never throws because of
 * the cluster: the report says what is missing. Rejects with the error of `attach` or `reattach`.
 */
export function deliverOutput(options: DeliverOptions): Promise<DeliveryReport> {
  return new Delivery(options).run();
}

class Delivery {
  readonly #options: DeliverOptions;
  readonly #clock: Clock;
  readonly #splice: Splice;
  readonly #log: LogReader;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #reading: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #flushing: Promise<void> | undefined;
  #wanted: (() => void)[] = [];
  #end: CommandEnd | undefined;
  #unannounced = false;
  #done: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(options: DeliverOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#log = new LogReader(options.cluster, options.address, options.isReplaced);
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
    const unfinishedLine = options.tty
      ? UNFINISHED_LINE_TTY
      : options.stdin
        ? UNFINISHED_LINE_STDIN
        : JOIN_THRESHOLDS.unfinishedLine;
    this.#splice = new Splice({
      tty: options.tty,
      attach: options.attach !== undefined,
      thresholds: { unfinishedLine, ...options.thresholds },
    });
  }

  async run(): Promise<DeliveryReport> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
    });
    const abort = (): void => this.#done();
    this.#signal.addEventListener('abort', abort, { once: true });
    if (this.#signal.aborted) this.#done();
    void this.#options.terminated.then(
      () => this.#event((now) => this.#splice.terminated(now)),
      () => undefined,
    );
    this.#attach().catch((error: unknown) => this.#fail(error));
    void this.#flush();
    try {
      await finished;
    } catch (error) {
      this.#over.abort();
      this.#cancelTimer?.();
      throw error;
    }
    const complete = this.#splice.finished && !this.#over.signal.aborted;
    const { failure } = this.#log;
    this.#over.abort();
    this.#cancelTimer?.();
    this.#release();
    await this.#flushing;
    this.#signal.removeEventListener('abort', abort);
    const { report } = this.#splice;
    return {
      ...report,
      bytes: report.stdout + report.stderr,
      lost: lostBytes(report),
      mayRepeat: mayRepeat(report),
      end: this.#end,
      unannounced: this.#unannounced,
      logFailure: failure instanceof Error && failure.name !== 'AbortError' ? failure.message : undefined,
      complete,
    };
  }

  async #attach(): Promise<void> {
    if (this.#options.attach === undefined) return;
    let command = await this.#options.attach;
    if (command === undefined) return await this.#event((now) => this.#splice.attachEnded(true, now));
    while (command !== undefined && !this.#signal.aborted) {
      await this.#event((now) => this.#splice.attachOpened(now));
      const clean = await this.#readAttach(command);
      await this.#event((now) => this.#splice.attachEnded(clean, now));
      if (clean || this.#splice.finished || this.#signal.aborted) return;
      command = await this.#options.reattach?.();
    }
  }

  /** Reads one attach to its end; true if the server ended it properly. */
  async #readAttach(command: RemoteCommand): Promise<boolean> {
    let told = false;
    for await (const frame of command) {
      if (this.#signal.aborted) break;
      if (frame.kind !== 'data') continue;
      if (frame.channel === Channel.error) {
        told = true;
        this.#end = commandEnd(decodeStatus(frame.data));
      }
      if (frame.channel !== Channel.stdout && frame.channel !== Channel.stderr) continue;
      await this.#event((now) => this.#splice.attachData(frame.channel, frame.data, now));
      while (!this.#splice.wantsAttach && !this.#signal.aborted) {
        await new Promise<void>((resolve) => this.#wanted.push(resolve));
      }
    }
    if (this.#signal.aborted) return true;
    this.#unannounced = !told;
    return told || (await command.closed).code === NORMAL_CLOSURE;
  }

  async #readLog(follow: boolean): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    const isCurrent = (): boolean => this.#reading === reading && !this.#signal.aborted;
    const tell = async (event: (now: number) => void): Promise<void> => {
      if (isCurrent()) await this.#event(event);
    };
    const end = await this.#log.read(follow, AbortSignal.any([this.#signal, reading.signal]), {
      opened: () => tell((now) => this.#splice.logOpened(now)),
      data: (data, gapBefore) => tell((now) => this.#splice.logData(data, now, gapBefore)),
    });
    if (!isCurrent()) return;
    this.#reading = undefined;
    await this.#event((now) => {
      if (end === 'refused') this.#splice.logRefused(now);
      else this.#splice.logEnded(end === 'complete', now);
    });
  }

  async #checkLog(): Promise<void> {
    const atEnd = await this.#log.isAtEnd(this.#signal);
    await this.#event((now) => this.#splice.logChecked(atEnd, now));
  }

  async #readLogTail(entries: number): Promise<void> {
    const tail = await this.#log.tail(entries, this.#signal);
    await this.#event((now) => this.#splice.logTail(tail, now));
  }

  /** Passes an event to the splice, and executes its commands; resolves when the outputs accept more. */
  async #event(tell: (now: number) => void): Promise<void> {
    if (this.#splice.finished) return;
    tell(this.#clock.now());
    await this.#flush();
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#runCommands();
    return this.#flushing;
  }

  /**
   * Ends in the same turn in which it finds nothing more to do: otherwise commands of an event a moment later would find
   * it still running, and nobody would execute them.
   */
  async #runCommands(): Promise<void> {
    // The promise of this is stored first.
    await Promise.resolve();
    try {
      for (let commands = this.#splice.take(); commands.length > 0; commands = this.#splice.take()) {
        for (const command of commands) await this.#runCommand(command);
      }
    } finally {
      this.#flushing = undefined;
    }
    if (this.#splice.wantsAttach) this.#release();
    this.#schedule();
  }

  async #runCommand(command: SpliceCommand): Promise<void> {
    if (command.do === 'write') await this.#write(command.stream, command.data);
    else if (command.do === 'open-log') void this.#readLog(command.follow);
    else if (command.do === 'check-log') void this.#checkLog();
    else if (command.do === 'read-log-tail') void this.#readLogTail(command.entries);
    else if (command.do === 'close-log') this.#closeLog();
    else this.#done();
  }

  async #write(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    const asked = this.#clock.now();
    const open = await writeTo(this.#options[stream], data, this.#signal);
    if (!open) this.#over.abort();
    // During the wait nothing was read, so the sources only seemed silent.
    else if (this.#clock.now() > asked) this.#splice.resumed(this.#clock.now());
  }

  #closeLog(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  #release(): void {
    for (const resume of this.#wanted.splice(0)) resume();
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#signal.aborted) return;
    const deadline = this.#splice.deadline();
    if (deadline === undefined) return;
    const wait = Math.max(0, deadline - this.#clock.now());
    this.#cancelTimer = this.#clock.after(wait, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    await this.#clock.settled();
    // While the outputs are slow the sources are not read, so their silence means nothing. A new timer follows.
    if (this.#flushing !== undefined) return;
    await this.#event((now) => this.#splice.tick(now));
  }
}

/** WebSocket close code of a normal closure (RFC 6455). */
const NORMAL_CLOSURE = 1000;
