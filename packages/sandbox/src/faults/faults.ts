import type { FaultAction } from './actions.ts';
import { checkFault } from './check-fault.ts';
import {
  type Fault,
  FAULT_POINTS,
  type FaultMatch,
  type FaultPoint,
  type FaultSubject,
  type ProgressUnit,
} from './points.ts';

/** An added fault. */
export interface ActiveFault {
  /** How often it was injected so far. */
  readonly hits: number;
  /** Resolves after this number of hits; default 1. */
  untilHit(times?: number): Promise<void>;
  /** Injects no more; connections that it holds continue. */
  remove(): void;
}

/** Faults that tests inject into a sandbox. */
export interface Faults {
  /** The injection points and their actions, by name. */
  readonly points: typeof FAULT_POINTS;
  /**
   * Adds a fault. If several match, the one added first is injected. Open streams are hit too. If a fault was never hit
   * when the sandbox stops, there is a warning, because it has tested nothing.
   *
   * @throws TypeError if the point has no such action, nothing can ever match, or a number is invalid
   * @example
   * const action = { kind: 'error', code: 429, retryAfterSeconds: 1 } as const;
   * sandbox.faults.add({ point: 'request', match: { verb: 'patch' }, action, times: 2 });
   * sandbox.faults.add({ point: 'watch', after: { events: 3 }, action: { kind: 'break' } });
   */
  add(fault: Fault): ActiveFault;
  /** The present faults that were never hit, one line each: `request, verb patch: error`. */
  unused(): string[];
  /** Removes all faults. */
  clear(): void;
}

/** A stream that passes a point: it is hit when it has progressed far enough. */
export interface OpenStream {
  point: FaultPoint;
  subject: FaultSubject;
  progress: Partial<Record<ProgressUnit, number>>;
  /** It has ended, and is not hit any more. */
  readonly closed?: boolean;
  inject(action: FaultAction, entry: ActiveFault): void;
  /** Called when the fault that held it is removed. */
  release?(): void;
}

/** The faults of a sandbox, for the code that injects them. */
export class FaultRegistry implements Faults {
  readonly points = FAULT_POINTS;
  readonly #entries = new Set<Entry>();
  readonly #streams = new Set<OpenStream>();
  /** Whether connections can be held, which needs a relay. */
  readonly #stallable: boolean;

  constructor(options: { stallable: boolean } = { stallable: false }) {
    this.#stallable = options.stallable;
  }

  add(fault: Fault): ActiveFault {
    checkFault(fault);
    if (fault.point === 'connection' && fault.action.kind === 'stall' && !this.#stallable) {
      throw new TypeError(
        'connections can be stalled only in a sandbox that was started with stallable: true',
      );
    }
    const entry = new Entry(fault, () => {
      this.#entries.delete(entry);
      for (const stream of entry.holds) stream.release?.();
    });
    this.#entries.add(entry);
    for (const stream of this.#streams) this.check(stream);
    return entry;
  }

  unused(): string[] {
    return [...this.#entries].filter(({ hits }) => hits === 0).map(({ fault }) => describe(fault));
  }

  clear(): void {
    for (const entry of this.#entries) entry.remove();
  }

  /** The action for a request or stream at a point, if a fault is due; counts it. */
  inject(point: FaultPoint, subject: FaultSubject): FaultAction | undefined {
    for (const entry of this.#entries) {
      if (entry.fault.point === point && matches(entry.fault.match, subject) && entry.take())
        return entry.fault.action;
    }
    return undefined;
  }

  /** Watches a stream until the returned function is called. */
  watch(stream: OpenStream): () => void {
    this.#streams.add(stream);
    this.check(stream);
    return () => {
      this.#streams.delete(stream);
      for (const entry of this.#entries) entry.forget(stream);
    };
  }

  /** Hits a stream if it has progressed far enough; to be called after progress. */
  check(stream: OpenStream): void {
    if (stream.closed === true) return;
    for (const entry of this.#entries) {
      if (!this.#concerns(entry, stream) || leftUntil(entry.fault, stream) > 0) continue;
      if (!entry.takeStream(stream)) continue;
      stream.inject(entry.fault.action, entry);
      return;
    }
  }

  /** How many units a stream may still pass before a fault hits it. */
  allowance(stream: OpenStream, unit: ProgressUnit): number {
    let least = Infinity;
    for (const entry of this.#entries) {
      if (!this.#concerns(entry, stream) || entry.knows(stream)) continue;
      const after: Partial<Record<ProgressUnit, number>> | undefined = entry.fault.after;
      const limit = after?.[unit];
      if (limit !== undefined) least = Math.min(least, Math.max(0, limit - (stream.progress[unit] ?? 0)));
    }
    return least;
  }

  #concerns(entry: Entry, stream: OpenStream): boolean {
    return entry.fault.point === stream.point && matches(entry.fault.match, stream.subject);
  }
}

class Entry implements ActiveFault {
  readonly fault: Fault;
  hits = 0;
  /** Streams that it has hit. */
  readonly holds = new Set<OpenStream>();
  readonly #passed = new WeakSet<OpenStream>();
  readonly #onRemove: () => void;
  #skipped = 0;
  #waiting: { times: number; resolve: () => void }[] = [];

  constructor(fault: Fault, onRemove: () => void) {
    this.fault = fault;
    this.#onRemove = onRemove;
  }

  /** Counts a match; true if it is a hit. */
  take(): boolean {
    const { skip = 0, times = Infinity } = this.fault;
    if (this.hits >= times) return false;
    if (this.#skipped < skip) {
      this.#skipped += 1;
      return false;
    }
    this.hits += 1;
    this.#waiting = this.#waiting.filter((one) => {
      if (this.hits >= one.times) one.resolve();
      return this.hits < one.times;
    });
    return true;
  }

  takeStream(stream: OpenStream): boolean {
    if (this.knows(stream)) return false;
    if (!this.take()) {
      this.#passed.add(stream);
      return false;
    }
    this.holds.add(stream);
    return true;
  }

  /** It has hit the stream, or let it pass. */
  knows(stream: OpenStream): boolean {
    return this.holds.has(stream) || this.#passed.has(stream);
  }

  forget(stream: OpenStream): void {
    this.holds.delete(stream);
  }

  async untilHit(times = 1): Promise<void> {
    if (this.hits >= times) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ times, resolve });
    });
  }

  remove(): void {
    this.#onRemove();
  }
}

/** The remaining progress of a stream until a fault; 0 if it is reached. */
function leftUntil(fault: Fault, { progress }: OpenStream): number {
  let left = 0;
  for (const [unit, after] of Object.entries(fault.after ?? {})) {
    left = Math.max(left, (after as number) - (progress[unit as ProgressUnit] ?? 0));
  }
  return left;
}

/** A fault in one line, for a warning. */
function describe({ point, match = {}, action }: Fault): string {
  const wanted = Object.entries(match).map(([key, value]) => `, ${key} ${value}`);
  return `${point}${wanted.join('')}: ${action.kind}`;
}

function matches(match: FaultMatch | undefined, subject: FaultSubject): boolean {
  return Object.entries(match ?? {}).every(
    ([key, value]) => value === undefined || subject[key as keyof FaultSubject] === value,
  );
}
