/**
 * Keys of objects to look at, each at most once at a time, after the writer's call has returned.
 *
 * `reconcile` is synchronous and looks at the state as it is by then; what it throws goes to `onError`, and the key is
 * looked at again after a growing delay.
 */
export class WorkQueue {
  readonly #reconcile: (key: string) => void;
  readonly #queued = new Set<string>();
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; due: number }>();
  readonly #failures = new Map<string, number>();
  readonly #resting = new Map<string, NodeJS.Timeout>();
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(reconcile: (key: string) => void) {
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#queued.add(key);
    if (!this.#resting.has(key)) this.#scheduled ??= setImmediate(() => this.#run());
  }

  /** Looks at the key after that many milliseconds, and not before, whatever happens to it. */
  rest(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#resting.get(key));
    const timer = setTimeout(() => {
      this.#resting.delete(key);
      this.add(key);
    }, milliseconds);
    timer.unref();
    this.#resting.set(key, timer);
  }

  /** Looks at the key after that many milliseconds; an earlier time that is already set stays. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    const due = Date.now() + milliseconds;
    const known = this.#timers.get(key);
    if (known !== undefined && known.due <= due) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, milliseconds);
    timer.unref();
    this.#timers.set(key, { timer, due });
  }

  stop(): void {
    this.#stopped = true;
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #run(): void {
    this.#scheduled = undefined;
    const keys = [...this.#queued].filter((key) => !this.#resting.has(key));
    for (const key of keys) this.#queued.delete(key);
    for (const key of keys) {
      try {
        this.#reconcile(key);
        this.#failures.delete(key);
      } catch {
        // refused by admission or changed under our hands: the state decides next time
        this.#retry(key);
      }
    }
  }

  #retry(key: string): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
  }
}

/** A quarter of a second, doubled up to half a minute: a quota may be raised at any time. */
const FIRST_RETRY_MS = 125;
const LONGEST_RETRY_MS = 30_000;

/** `namespace/name`, as queues name objects. */
export function keyOf(object: { metadata: { namespace?: string; name?: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/** The namespace and the name in a key. */
export function splitKey(key: string): [namespace: string, name: string] {
  const [namespace = '', name = ''] = key.split('/');
  return [namespace, name];
}
