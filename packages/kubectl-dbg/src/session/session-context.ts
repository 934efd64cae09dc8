import type { RemoteCommand } from '../cluster/types.ts';
import { timeoutSignal } from '../base/timer.ts';
import { judgeOpenFailure, type OpenVerdict, type Way } from './open-failure.ts';
import { Outage } from './outage.ts';
import { SessionEnd } from './session-end.ts';
import {
  type SessionNotice,
  type SessionOptions,
  type SessionTimeouts,
  USUAL_PATIENCE,
} from './session-options.ts';
import { type Clock, REAL_CLOCK } from './stream/clock.ts';
import { UserTerminal } from './terminal/user-terminal.ts';
import { currentRun, endOfRun, isReplaced } from './wait/container-run.ts';
import { PodTracker } from './wait/pod-tracker.ts';

/** Time limit for reading the pod before a failure is judged without it, in ms. */
const ASK_POD_MS = 5_000;
/** The default time for the first attach or exec, in ms. */
const OPEN_MS = 20_000;

/** The shared state of one session; everything ends with `end`. */
export class SessionContext {
  readonly options: SessionOptions;
  readonly clock: Clock;
  readonly end: SessionEnd;
  readonly tracker: PodTracker;
  /** A server that is away while the pod is watched. */
  readonly outage: Outage;
  readonly terminal: UserTerminal;
  readonly patience: Required<SessionTimeouts>;
  /** When the first stream was opened. */
  attached: number | undefined;
  /** The run of the container that the session belongs to; undefined until it runs. */
  run: string | undefined;
  readonly #held: SessionNotice[] = [];

  constructor(options: SessionOptions, clock: Clock = REAL_CLOCK) {
    const { cluster, pod, signal, patience = USUAL_PATIENCE } = options;
    this.options = options;
    this.clock = clock;
    this.end = new SessionEnd(signal);
    this.outage = new Outage(
      (text) => this.notify('watch-waits', text),
      () => options.world.now(),
      clock,
    );
    this.tracker = new PodTracker(cluster, pod, clock, this.outage.onTrouble);
    this.terminal = new UserTerminal({ ...options, signal: this.end.signal });
    this.patience = { open: Math.min(OPEN_MS, patience.reopen), ...patience };
  }

  /** Shows a notice at once, or after the session while the container has the terminal. */
  notify(code: SessionNotice['code'], text: string): void {
    if (this.terminal.taken) this.#held.push({ code, text });
    else this.options.listener.notice({ code, text });
  }

  /** Shows the notices that had to wait for the terminal. */
  flushNotices(): void {
    for (const notice of this.#held.splice(0)) this.options.listener.notice(notice);
  }

  opened(command: RemoteCommand): void {
    this.attached ??= this.options.world.now();
    this.terminal.showStatus(undefined);
    this.terminal.take();
    if (this.options.stdin && !this.terminal.interactive && !command.canHalfClose) {
      this.notify(
        'no-half-close',
        'this server cannot signal the end of the input: the command keeps waiting for more',
      );
    }
  }

  /** Whether the container, or its pod, is known to have terminated. */
  get hasEnded(): boolean {
    const { pod, deleted } = this.tracker.current;
    const { container } = this.options.address;
    return deleted || this.isReplaced || endOfRun(pod, container, this.run) !== undefined;
  }

  /** Whether the container has been restarted since. */
  get isReplaced(): boolean {
    return isReplaced(this.tracker.current.pod, this.options.address.container, this.run);
  }

  /** The session belongs to the run that is seen now. */
  enterRun(): void {
    this.run = currentRun(this.tracker.current.pod, this.options.address.container);
  }

  /** The container's state, read again because a watch may be late. */
  async askState(): Promise<'running' | 'ended' | 'unknown'> {
    if (this.hasEnded) return 'ended';
    const signal = AbortSignal.any([this.end.signal, timeoutSignal(ASK_POD_MS)]);
    try {
      await this.tracker.refresh(signal);
    } catch {
      // Without the state the failure at hand is reported.
      return this.hasEnded ? 'ended' : 'unknown';
    }
    return this.hasEnded ? 'ended' : 'running';
  }

  async judgeOpening(error: unknown, way: Way): Promise<OpenVerdict> {
    const { address, cluster } = this.options;
    return judgeOpenFailure(error, await this.askState(), { way, address, server: cluster.server });
  }
}
