import type { Writable } from 'node:stream';
import { Channel, commandEnd, type CommandEnd, decodeStatus } from 'kubectl-dbg-wire';
import type { Cluster, RemoteCommand } from '../../cluster/types.ts';
import { type Clock, REAL_CLOCK } from './clock.ts';
import { SPLICE_LIMITS, type SpliceLimits, UNFINISHED_LINE_STDIN, UNFINISHED_LINE_TTY } from './limits.ts';
import { type ContainerAddress, LogReader } from './log-reader.ts';
import { lostBytes, type SpliceReport } from './report.ts';
import { writeTo } from './sink.ts';
import { Splice } from './splice.ts';

export interface DeliverOptions {
  cluster: Cluster;
  address: ContainerAddress;
  /**
   * The open attach; a promise while it is being opened, so that the log's head needn't wait for it. Undefined: there
   * is none (the container has ended).
   */
  attach: RemoteCommand | Promise<RemoteCommand | undefined> | undefined;
  /** Opens attach again after its connection broke; undefined if that can't be done. Rejections count as that. */
  reattach?: () => Promise<RemoteCommand | undefined>;
  /** Resolves once the container's status says that it has ended. */
  terminated: Promise<unknown>;
  stdout: Writable;
  /** Unused with a terminal: there is one stream only. */
  stderr: Writable;
  tty: boolean;
  /** Somebody may be answering what the container prints. */
  stdin: boolean;
  /** Ends the delivery at once (detach, interruption); attach is left to the caller. */
  signal: AbortSignal;
  clock?: Clock;
  limits?: Partial<SpliceLimits>;
}

/** What was delivered, and how attach ended. */
export interface DeliveryReport extends SpliceReport {
  /** All bytes written, to both streams. */
  bytes: number;
  /** Bytes of the output that were not delivered, or not in their place. */
  lost: number | 'unknown';
  /** What attach's error channel said last. */
  end: CommandEnd | undefined;
  /** All was delivered that there was, as far as can be known; false if aborted or the output was closed. */
  complete: boolean;
}

/**
 * Delivers a container's whole output, every byte once and in order: what was printed before the attach from its
 * log, the rest from attach; with the log again where attach breaks. Slow outputs slow the sources down.
 *
 * Ends when the container has ended and all is written, or when `signal` is aborted. Never throws for what the
 * cluster does: the report says what is missing.
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
  #done: () => void = () => {};

  constructor(options: DeliverOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#log = new LogReader(options.cluster, options.address);
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
    const unfinishedLine = options.tty
      ? UNFINISHED_LINE_TTY
      : options.stdin
        ? UNFINISHED_LINE_STDIN
        : SPLICE_LIMITS.unfinishedLine;
    this.#splice = new Splice({
      tty: options.tty,
      attach: options.attach !== undefined,
      limits: { unfinishedLine, ...options.limits },
    });
  }

  async run(): Promise<DeliveryReport> {
    const finished = new Promise<void>((resolve) => (this.#done = resolve));
    const abort = (): void => this.#done();
    this.#signal.addEventListener('abort', abort, { once: true });
    if (this.#signal.aborted) this.#done();
    void this.#options.terminated.then(
      () => this.#event((now) => this.#splice.terminated(now)),
      () => undefined,
    );
    void this.#attach();
    void this.#flush();
    await finished;
    const complete = this.#splice.finished && !this.#over.signal.aborted;
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
      end: this.#end,
      complete,
    };
  }

  async #attach(): Promise<void> {
    if (this.#options.attach === undefined) return;
    let command = await settle(this.#options.attach);
    if (command === undefined) return await this.#event((now) => this.#splice.attachEnded(true, now));
    while (command !== undefined && !this.#signal.aborted) {
      await this.#event((now) => this.#splice.attachOpened(now));
      const clean = await this.#readAttach(command);
      await this.#event((now) => this.#splice.attachEnded(clean, now));
      if (clean || this.#splice.finished || this.#signal.aborted) return;
      command = await settle(this.#options.reattach?.());
    }
  }

  /** Reads one attach to its end; true if the server ended it on purpose. */
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

  /** Tells the splice of something, and carries out what it wants; resolves when the outputs take more. */
  async #event(tell: (now: number) => void): Promise<void> {
    if (this.#splice.finished) return;
    tell(this.#clock.now());
    await this.#flush();
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#carryOut().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async #carryOut(): Promise<void> {
    for (let commands = this.#splice.take(); commands.length > 0; commands = this.#splice.take()) {
      for (const command of commands) {
        if (command.do === 'write') await this.#write(command.stream, command.data);
        else if (command.do === 'open-log') void this.#readLog(command.follow);
        else if (command.do === 'check-log') void this.#checkLog();
        else if (command.do === 'close-log') this.#closeLog();
        else this.#done();
      }
    }
    if (this.#splice.wantsAttach) this.#release();
    this.#schedule();
  }

  async #write(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    const asked = this.#clock.now();
    const open = await writeTo(this.#options[stream], data);
    if (!open) this.#over.abort();
    // While we waited nothing was read, so that the sources only seemed silent.
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
    const now = this.#clock.now();
    const deadline = this.#splice.deadline(now);
    if (deadline === undefined) return;
    this.#cancelTimer = this.#clock.after(deadline - now, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    await this.#clock.settled();
    // While the outputs are slow the sources are not read: their silence means nothing. A new timer comes after.
    if (this.#flushing !== undefined) return;
    await this.#event((now) => this.#splice.tick(now));
  }
}

/** WebSocket close code of an end on purpose (RFC 6455). */
const NORMAL_CLOSURE = 1000;

/** A command that can't be opened is as good as none: the log has all there is. */
async function settle(
  command: RemoteCommand | Promise<RemoteCommand | undefined> | undefined,
): Promise<RemoteCommand | undefined> {
  try {
    return await command;
  } catch {
    return undefined;
  }
}
