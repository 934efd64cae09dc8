import type { Probe } from 'kubernetes-types/core/v1.d.ts';
import { type ProbeFailure, type ProbeTarget, runProbe } from './run-probe.ts';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

const MS_PER_S = 1000;
/** The API's defaults. */
const PERIOD_S = 10;
const FAILURE_THRESHOLD = 3;

export interface ProberListener {
  /** The result changed, or there is a first result. */
  changed(kind: ProbeKind, healthy: boolean): void;
  /** Every failure, for an Event. */
  failed(message: string): void;
}

/** Probes one run of a container with one probe, until stopped. */
export class Prober {
  readonly #kind: ProbeKind;
  readonly #probe: Probe;
  readonly #target: ProbeTarget;
  readonly #listener: ProberListener;
  readonly #mayStart: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #successes = 0;
  #failures = 0;
  #verdict: boolean | undefined;

  /**
   * @param mayStart false until the startup probe succeeds; readiness and liveness probes wait for it
   * @param age time since the kubelet began to probe this container, including earlier runs, in ms
   */
  constructor(
    kind: ProbeKind,
    probe: Probe,
    target: ProbeTarget,
    listener: ProberListener,
    mayStart: () => boolean,
    age: number,
  ) {
    this.#kind = kind;
    this.#probe = probe;
    this.#target = target;
    this.#listener = listener;
    this.#mayStart = mayStart;
    this.#schedule(this.#firstDelay(age));
  }

  /** Readiness is probed at once, the others at the next tick of a ticker that continues across restarts. */
  #firstDelay(age: number): number {
    const initial = (this.#probe.initialDelaySeconds ?? 0) * MS_PER_S;
    if (this.#kind === 'Readiness') return initial;
    const period = (this.#probe.periodSeconds ?? PERIOD_S) * MS_PER_S;
    return Math.max(1, Math.ceil((age + initial) / period)) * period - age;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#once().catch(() => {});
    }, delayMs);
    this.#timer.unref();
  }

  async #once(): Promise<void> {
    if (this.#stopped) return;
    if (this.#mayStart()) {
      await this.#try();
      if (this.#stopped || this.#isDone()) return;
    }
    this.#schedule((this.#probe.periodSeconds ?? PERIOD_S) * MS_PER_S);
  }

  async #try(): Promise<void> {
    let failure: ProbeFailure;
    try {
      failure = await runProbe(this.#probe, this.#target);
    } catch (error) {
      // Counts neither as a success nor as a failure.
      const why = error instanceof Error ? error.message : String(error);
      if (!this.#stopped) {
        this.#listener.failed(`${this.#kind} probe errored and resulted in unknown state: ${why}`);
      }
      return;
    }
    if (!this.#stopped) this.#note(failure);
  }

  /** A startup probe ends with its success. A container that will be restarted is not probed further. */
  #isDone(): boolean {
    if (this.#kind === 'Startup' && this.#verdict === true) return true;
    return this.#kind !== 'Readiness' && this.#verdict === false;
  }

  #note(failure: ProbeFailure): void {
    if (failure === undefined) {
      this.#successes += 1;
      this.#failures = 0;
      if (this.#successes >= (this.#probe.successThreshold ?? 1)) this.#decide(true);
      return;
    }
    this.#failures += 1;
    this.#successes = 0;
    this.#listener.failed(`${this.#kind} probe failed: ${failure}`);
    if (this.#failures >= (this.#probe.failureThreshold ?? FAILURE_THRESHOLD)) this.#decide(false);
  }

  #decide(healthy: boolean): void {
    if (this.#verdict === healthy) return;
    this.#verdict = healthy;
    this.#listener.changed(this.#kind, healthy);
  }
}
