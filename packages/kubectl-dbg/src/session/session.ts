import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster, RemoteCommand } from '../cluster/types.ts';
import { DbgError } from '../errors.ts';
import { turn } from '../turn.ts';
import type { OutputStream, World } from '../world.ts';
import { Connection, pauseFor } from './connection.ts';
import { viewContainer } from './container-state.ts';
import type { DiagnosisContext } from './diagnosis.ts';
import { DetachKeys } from './detach-keys.ts';
import { endWords, isStartFailure, reattachHint, refusal, refusedOutcome, startFailure } from './endings.ts';
import { type InputEnd, sendInput, sendSize } from './input.ts';
import { redrawing } from './redraw.ts';
import { type Outcome, outcomeOfTermination } from './outcome.ts';
import { deliverOutput, type DeliveryReport } from './output/deliver.ts';
import { PhaseClock, type Phases } from './phases.ts';
import { PodTracker } from './pod-tracker.ts';
import { relayOutput, type Relayed } from './relay.ts';
import { statusCodeOf } from './status-code.ts';
import { enterRawMode, onResize, type RawTerminal } from './terminal.ts';
import { type Progress, waitForContainer } from './wait.ts';

/** The one address of a debug container. */
export interface SessionAddress {
  namespace: string;
  pod: string;
  container: string;
}

export interface SessionOptions {
  cluster: Cluster;
  address: SessionAddress;
  /** The pod as the write's answer showed it: the watch begins at its resourceVersion. */
  pod: Pod;
  /** Pass the user's input on. */
  stdin: boolean;
  /** The container has a terminal. */
  tty: boolean;
  world: World;
  /** Where the container's output goes. */
  stdout: OutputStream;
  stderr: OutputStream;
  /** Milliseconds to wait for the container to start; 0 waits for ever. */
  timeout: number;
  /** The container only sleeps, and this runs in it by exec (`--via exec`); `end` is run there at the end. */
  exec?: { words: readonly string[]; end: readonly string[] };
  /** Bytes that end a terminal session and leave the process running; none to switch that off. */
  detachKeys: Uint8Array;
  /** Default: what a person waits. */
  patience?: Patience;
  signal: AbortSignal;
  listener: SessionListener;
}

/** Who shows the user what happens. Called only outside the user's own terminal stream. */
export interface SessionListener {
  progress(progress: Progress): void;
  /** Output may come from here on: no word of ours until the end. */
  begins(): void;
  /** Something the user should know once the session is over, or before its output begins. */
  notice(text: string): void;
}

/** What a session was, for words, exit code and JSON. Times are milliseconds since the epoch. */
export interface SessionReport {
  address: SessionAddress;
  outcome: Outcome;
  /** The container whose processes the debug container sees. */
  target?: string;
  begun: number;
  /** How long the start took; absent if it never ran. */
  phases?: Phases;
  running?: number;
  attached?: number;
  ended: number;
  /** What was delivered; absent if it never came to that. */
  delivery?: Pick<DeliveryReport, 'stdout' | 'stderr' | 'fromLog' | 'inexact' | 'bytes' | 'lost'>;
}

/** How long a session waits for what is not certain to come, in ms. */
export interface Patience {
  /** For a broken stream to be taken up again: proxies and API servers restart within it. */
  reopen: number;
  /** For the container's status, after its streams have ended: usually a second, on a busy node longer. */
  status: number;
}

const USUAL_PATIENCE: Patience = { reopen: 60_000, status: 30_000 };

/** WebSocket close code of an end on purpose (RFC 6455). */
const NORMAL_CLOSURE = 1000;

/** When the pod is first asked for after its stream has closed: the watch is nearly always quicker. */
const FIRST_ASK_MS = 2_000;

/** How long the end of a sleeper is waited for: it ends by itself at last. */
const END_SLEEPER_MS = 5_000;

/** Follows one debug container from written to its outcome. What the cluster does is an outcome, not an exception. */
export async function runSession(options: SessionOptions): Promise<SessionReport> {
  const session = new Session(options);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

class Session {
  readonly #options: SessionOptions;
  readonly #tracker: PodTracker;
  readonly #report: SessionReport;
  /** Ends all that belongs to the stream: input, resizing, reattaching. */
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #connection: Connection;
  readonly #raw: boolean;
  readonly #patience: Patience;
  #terminal: RawTerminal | undefined;
  #refused: DbgError | undefined;
  #input: Promise<InputEnd | 'broken'> | undefined;
  #inputEnd: InputEnd | 'broken' | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { cluster, address, world } = options;
    this.#report = {
      address,
      outcome: { kind: 'lost', message: 'the session did not begin' },
      begun: world.now(),
      ended: 0,
    };
    this.#patience = options.patience ?? USUAL_PATIENCE;
    this.#tracker = new PodTracker(cluster, options.pod);
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
    this.#raw = options.tty && options.stdin && world.stdin.isTTY === true;
    this.#connection = new Connection(
      () => this.#attach(),
      (command, again) => this.#attached(command, again),
      this.#signal,
    );
  }

  get #context(): DiagnosisContext {
    const { address, pod } = this.#options;
    const { image, targetContainerName: target } = findContainer(pod, address.container) ?? {};
    return { container: address.container, image, target };
  }

  async run(): Promise<SessionReport> {
    this.#options.cluster.prepareUpgrade();
    this.#report.outcome = await this.#converse();
    this.#report.ended = this.#options.world.now();
    return this.#report;
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#terminal?.restore();
    await this.#tracker.stop();
  }

  async #converse(): Promise<Outcome> {
    const { cluster, address, signal, timeout, listener } = this.#options;
    if (this.#context.target) this.#report.target = this.#context.target;
    const { now } = this.#options.world;
    const phases = new PhaseClock(this.#report.begun);
    const waited = await waitForContainer({
      cluster,
      tracker: this.#tracker,
      namespace: address.namespace,
      context: this.#context,
      timeout,
      signal,
      onProgress: (progress) => {
        phases.enter(progress.phase, now());
        listener.progress(progress);
      },
    });
    if (waited.kind === 'ended') return waited.outcome;
    this.#report.phases = phases.read(now());
    if (waited.kind === 'terminated') {
      const outcome = outcomeOfTermination(waited.terminated);
      if (outcome.kind === 'never-started') return startFailure(outcome.message, this.#context);
      listener.begins();
      await this.#deliver(undefined);
    } else {
      this.#report.running = now();
      if (this.#options.exec !== undefined) {
        listener.begins();
        return await this.#execute(this.#options.exec);
      }
      const attach = this.#connection.open();
      attach.catch(ignore);
      // The request is on its way before anything is said.
      await turn();
      listener.begins();
      await this.#deliver(attach);
    }
    return await this.#judge();
  }

  /** Passes the output on, and the input, until the container has ended or the user lets go. */
  async #deliver(attach: Promise<RemoteCommand | undefined> | undefined): Promise<void> {
    const { cluster, address, stdout, stderr, tty, stdin, signal } = this.#options;
    // Without news of the pod nobody knows when it ends: then the stream is given up too.
    const terminated = this.#tracker
      .until(
        (seen) => (hasEnded(seen.pod, address.container) || seen.deleted ? true : undefined),
        this.#signal,
      )
      .catch(() => this.#over.abort());
    this.#report.delivery = await this.#streaming(() =>
      deliverOutput({
        cluster,
        address,
        attach,
        reattach: () => this.#reattach(),
        terminated,
        stdout,
        stderr,
        tty,
        stdin,
        signal: this.#signal,
      }),
    );
    signal.throwIfAborted();
  }

  /**
   * Does what a stream is for, while the terminal's size is passed on. At its end, or as soon as the user wishes to end,
   * which must not wait for the network, the terminal is theirs again.
   */
  async #streaming<T>(work: () => Promise<T>): Promise<T> {
    const { stdout, tty } = this.#options;
    const letGo = () => {
      this.#terminal?.restore();
      void this.#connection.close().catch(ignore);
    };
    this.#signal.addEventListener('abort', letGo, { once: true });
    const offResize = onResize(stdout, (size) => {
      if (tty) void sendSize(this.#connection, size, false).catch(ignore);
    });
    try {
      return await work();
    } finally {
      offResize();
      this.#over.abort();
      this.#terminal?.restore();
      await this.#input;
    }
  }

  /** Runs the command by exec: its streams are exact and its end comes over them. */
  async #execute({ words, end }: { words: readonly string[]; end: readonly string[] }): Promise<Outcome> {
    const { cluster, address, stdin, tty, stdout, stderr, signal } = this.#options;
    const streams = { ...address, stdout: true, stderr: !tty };
    const connection = new Connection(
      async () => {
        const command = await cluster.exec({ ...streams, command: words, stdin, tty, signal });
        return tty ? redrawing(command, stdout, this.#signal) : command;
      },
      (command) => this.#attached(command, false),
      this.#signal,
    );
    this.#connection = connection;
    let relayed: Relayed;
    try {
      relayed = await this.#streaming(async () => {
        const command = await connection.open();
        if (command === undefined) throw new Error('an exec is always opened');
        return await relayOutput(command, stdout, stderr);
      });
    } catch (error) {
      const code = statusCodeOf(error);
      if (code === 401 || code === 403) return refusedOutcome(error, address, 'exec');
      throw error;
    } finally {
      await this.#endSleeper(end);
    }
    const bytes = relayed.stdout + relayed.stderr;
    this.#report.delivery = { ...relayed, fromLog: 0, inexact: false, bytes, lost: 0 };
    signal.throwIfAborted();
    if (this.#inputEnd === 'detached') return { kind: 'detached' };
    switch (relayed.end?.kind) {
      case 'success':
        return { kind: 'exited', code: 0 };
      case 'exit':
        return outcomeOfTermination({ exitCode: relayed.end.code });
      case 'failure':
        return isStartFailure(relayed.end.message)
          ? startFailure(relayed.end.message, this.#context)
          : this.#lost(relayed.end.message);
      case undefined:
        return this.#lost('the connection broke, and a command run by exec cannot be taken up again');
    }
  }

  /** Lets the container's own process end; if that can't be had, it ends by itself at last. */
  async #endSleeper(end: readonly string[]): Promise<void> {
    const { cluster, address } = this.#options;
    const sleeper = await cluster
      .exec({
        ...address,
        command: end,
        stdin: false,
        stdout: true,
        stderr: true,
        tty: false,
        signal: AbortSignal.timeout(END_SLEEPER_MS),
      })
      .catch(() => undefined);
    await sleeper?.closed;
  }

  async #attach(): Promise<RemoteCommand | undefined> {
    const { cluster, address, stdin, tty } = this.#options;
    try {
      const command = await cluster.attach({
        ...address,
        stdin,
        stdout: true,
        stderr: !tty,
        tty,
        signal: this.#signal,
      });
      return tty ? redrawing(command, this.#options.stdout, this.#signal) : command;
    } catch (error) {
      const code = statusCodeOf(error);
      // 500: the container has ended already; all it said is in its log.
      if (code === 500 || code === 404) return undefined;
      if (code !== 401 && code !== 403) throw error;
      this.#refused = refusal(error, address, 'attach');
      // Without input the log is as good; with it there is no session to be had.
      if (stdin) this.#over.abort();
      else this.#options.listener.notice(`${this.#refused.message}: its log is followed instead`);
      return undefined;
    }
  }

  #attached(command: RemoteCommand, again: boolean): void {
    const { world, stdin } = this.#options;
    this.#report.attached ??= world.now();
    void command.closed.then(({ code }) => (code === NORMAL_CLOSURE ? this.#askForEnd() : undefined));
    if (this.#raw && !again) this.#terminal = enterRawMode(world.stdin, world);
    if (!stdin || this.#input !== undefined) return;
    if (!this.#raw && !command.canHalfClose) {
      this.#options.listener.notice(
        'this server cannot be told where the input ends: the command waits for more',
      );
    }
    const keys = this.#raw ? new DetachKeys(this.#options.detachKeys) : undefined;
    // Keys typed while the connection is broken go nowhere, as on any terminal; piped input must not get lost.
    const { send, endChannel } = bound(this.#connection);
    const forgiving = {
      endChannel,
      send: (channel: number, data: Uint8Array) => send(channel, data).catch(ignore),
    };
    this.#input = sendInput(world.stdin, this.#raw ? forgiving : { send, endChannel }, keys, this.#signal)
      .catch(() => 'broken' as const)
      .then((end) => {
        this.#inputEnd = end;
        if (end === 'detached') this.#over.abort();
        return end;
      });
  }

  /**
   * Once the stream has closed the container's end should be known within moments. If the watch keeps silent the pod
   * is asked for, now and then, for as long as we are patient.
   */
  async #askForEnd(): Promise<void> {
    const { cluster, address, world } = this.#options;
    const begun = world.now();
    for (let pause = FIRST_ASK_MS; world.now() - begun < this.#patience.status; pause *= 2) {
      await pauseFor(pause, this.#signal);
      if (this.#signal.aborted || hasEnded(this.#tracker.current.pod, address.container)) return;
      await this.#tracker.refresh(cluster, this.#signal).catch(ignore);
    }
    this.#over.abort();
  }

  /** Piped input that was cut off cannot be continued: nobody knows how much of it arrived. */
  async #reattach(): Promise<RemoteCommand | undefined> {
    const { address, listener, stdin, world } = this.#options;
    if (stdin && !this.#raw && this.#inputEnd !== 'end-of-input') {
      this.#inputEnd = 'broken';
      return undefined;
    }
    if (!this.#raw) listener.notice(`the connection to container ${address.container} broke: trying again`);
    return await this.#connection.reopen(() => world.now(), this.#patience.reopen);
  }

  /** The outcome, once the streams are at their end. */
  async #judge(): Promise<Outcome> {
    const { signal, stdin, address, tty } = this.#options;
    signal.throwIfAborted();
    if (this.#inputEnd === 'detached') return { kind: 'detached' };
    if (this.#refused !== undefined && stdin) {
      const { message, remedy } = this.#refused;
      return { kind: 'refused', message, ...(remedy === undefined ? {} : { remedy }) };
    }
    if (this.#inputEnd === 'broken' && !this.#raw) {
      return this.#lost('the connection broke before all of the input was passed on');
    }
    const outcome = await this.#termination();
    const { delivery } = this.#report;
    if (delivery?.inexact === true) {
      this.#options.listener.notice(
        `${delivery.fromLog} bytes of the output came from the container's log, which drops a carriage return before each newline: for the exact bytes use --via=exec`,
      );
    }
    if (tty || delivery === undefined || outcome.kind === 'lost' || delivery.lost === 0) return outcome;
    const missing = delivery.lost === 'unknown' ? 'an unknown part' : `${delivery.lost} bytes`;
    return {
      kind: 'lost',
      message: `${missing} of the output of container ${address.container} could not be had (it ${endWords(outcome)})`,
      remedy: `Look at what is left of it with: kubectl logs ${address.pod} -c ${address.container} -n ${address.namespace}`,
    };
  }

  /** The container's end, as its status tells it; a session without that is lost, never a success. */
  async #termination(): Promise<Outcome> {
    const { address, signal } = this.#options;
    const late = AbortSignal.timeout(this.#patience.status);
    try {
      return await this.#tracker.until<Outcome>(
        ({ pod, deleted }) => {
          const view = viewContainer(pod, address.container);
          if (view.phase === 'terminated') return outcomeOfTermination(view.terminated);
          if (deleted) return { kind: 'lost', message: `pod ${address.pod} was deleted during the session` };
          return undefined;
        },
        AbortSignal.any([signal, late]),
      );
    } catch (error) {
      signal.throwIfAborted();
      return this.#lost(
        late.aborted
          ? 'the cluster does not say how it ended'
          : `the cluster stopped answering${error instanceof DbgError ? ` (${error.message})` : ''}`,
      );
    }
  }

  #lost(why: string): Outcome {
    const { address } = this.#options;
    return {
      kind: 'lost',
      message: `lost the session with container ${address.container} of pod ${address.pod}: ${why}`,
      remedy: reattachHint(this.#options),
    };
  }
}

function bound(connection: Connection): Pick<RemoteCommand, 'send' | 'endChannel'> {
  return {
    send: (channel, data) => connection.send(channel, data),
    endChannel: (channel) => connection.endChannel(channel),
  };
}

function hasEnded(pod: Pod, container: string): boolean {
  return viewContainer(pod, container).phase === 'terminated';
}

function findContainer(pod: Pod, name: string): { image?: string; targetContainerName?: string } | undefined {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers, ...ephemeralContainers].find((entry) => entry.name === name);
}

function ignore(): void {
  // the stream's own end tells what went wrong
}
