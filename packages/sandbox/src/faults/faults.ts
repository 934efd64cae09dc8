import {
  checkFault,
  type Fault,
  type FaultAction,
  type FaultMatch,
  FAULT_POINTS,
  type FaultPoint,
  type ProgressUnit,
} from './points.ts';

/** A fault that was added. */
export interface ActiveFault {
  /** How many it has struck so far. */
  readonly struck: number;
  /** Resolves when it has struck so many. */
  untilStruck(times?: number): Promise<void>;
  /** Strikes no more; connections that it holds go on. */
  remove(): void;
}

/** Faults that tests inject into a sandbox. */
export interface Faults {
  /** Where they can strike and what they can do there, by name. */
  readonly points: typeof FAULT_POINTS;
  /**
   * Adds a fault. Of several that match the one added first strikes. Streams that are open already are struck too.
   *
   * @throws TypeError if the point has no such action, or a number makes no sense
   * @example
   * faults.add({ point: 'request', match: { verb: 'patch' }, action: { kind: 'error', code: 429, retryAfterSeconds: 1 }, times: 2 });
   * faults.add({ point: 'watch', after: { events: 3 }, action: { kind: 'break' } });
   */
  add(fault: Fault): ActiveFault;
  /** Removes all. */
  clear(): void;
}

/** Something long that passes a point: it is struck when it has come far enough. */
export interface OpenStream {
  point: FaultPoint;
  subject: FaultMatch;
  progress: Partial<Record<ProgressUnit, number>>;
  /** It carries nothing more, and is struck no more. */
  readonly closed?: boolean;
  strike(action: FaultAction, entry: ActiveFault): void;
  /** The fault that held it was removed. */
  release?(): void;
}

/** The faults of a sandbox, as the places that they strike see them. */
export class FaultRegistry implements Faults {
  readonly points = FAULT_POINTS;
  readonly #entries = new Set<Entry>();
  readonly #streams = new Set<OpenStream>();
  /** Can connections be held? Only behind a relay. */
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

  clear(): void {
    for (const entry of this.#entries) entry.remove();
  }

  /** The action for something that passes a point now, if a fault strikes it; counts it. */
  strike(point: FaultPoint, subject: FaultMatch): FaultAction | undefined {
    for (const entry of this.#entries) {
      if (entry.fault.point === point && matches(entry.fault.match, subject) && entry.take())
        return entry.fault.action;
    }
    return undefined;
  }

  /** Keeps an eye on a stream until the function returned is called. */
  watch(stream: OpenStream): () => void {
    this.#streams.add(stream);
    this.check(stream);
    return () => {
      this.#streams.delete(stream);
      for (const entry of this.#entries) entry.forget(stream);
    };
  }

  /** Strikes a stream if it has come far enough; to be called when it has come further. */
  check(stream: OpenStream): void {
    if (stream.closed === true) return;
    for (const entry of this.#entries) {
      if (!this.#concerns(entry, stream) || leftUntil(entry.fault, stream) > 0) continue;
      if (!entry.takeStream(stream)) continue;
      stream.strike(entry.fault.action, entry);
      return;
    }
  }

  /** How much of a unit a stream may still pass before a fault strikes it. */
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
  struck = 0;
  /** Streams that it has struck. */
  readonly holds = new Set<OpenStream>();
  readonly #passed = new WeakSet<OpenStream>();
  readonly #onRemove: () => void;
  #skipped = 0;
  #waiting: { times: number; resolve: () => void }[] = [];

  constructor(fault: Fault, onRemove: () => void) {
    this.fault = fault;
    this.#onRemove = onRemove;
  }

  /** Counts one that matches; true if it is to be struck. */
  take(): boolean {
    const { skip = 0, times = Infinity } = this.fault;
    if (this.struck >= times) return false;
    if (this.#skipped < skip) {
      this.#skipped += 1;
      return false;
    }
    this.struck += 1;
    this.#waiting = this.#waiting.filter((one) => {
      if (this.struck >= one.times) one.resolve();
      return this.struck < one.times;
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

  /** It has struck the stream, or let it pass. */
  knows(stream: OpenStream): boolean {
    return this.holds.has(stream) || this.#passed.has(stream);
  }

  forget(stream: OpenStream): void {
    this.holds.delete(stream);
  }

  async untilStruck(times = 1): Promise<void> {
    if (this.struck >= times) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ times, resolve });
    });
  }

  remove(): void {
    this.#onRemove();
  }
}

/** How far a stream still has to come; 0 if it is there. */
function leftUntil(fault: Fault, { progress }: OpenStream): number {
  let left = 0;
  for (const [unit, after] of Object.entries(fault.after ?? {})) {
    left = Math.max(left, (after as number) - (progress[unit as ProgressUnit] ?? 0));
  }
  return left;
}

function matches(match: FaultMatch | undefined, subject: FaultMatch): boolean {
  return Object.entries(match ?? {}).every(
    ([key, value]) => value === undefined || subject[key as keyof FaultMatch] === value,
  );
}
