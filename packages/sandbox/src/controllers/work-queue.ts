/**
 * A work queue of object keys. A key is queued at most once, and reconciled after the writer's call has returned.
 *
 * `reconcile` is synchronous. If it throws, the key is retried with exponential back-off.
 */
export class WorkQueue {
  readonly #reconcile: (key: string) => void;
  readonly #queued = new Set<string>();
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; due: number }>();
  readonly #failures = new Map<string, number>();
  readonly #postponed = new Map<string, NodeJS.Timeout>();
  #scheduled: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(reconcile: (key: string) => void) {
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    if (this.#stopped) return;
    this.#queued.add(key);
    if (!this.#postponed.has(key)) this.#scheduled ??= setImmediate(() => this.#run());
  }

  /** Reconciles the key after this time in ms, and not before, even if it is added again. */
  postpone(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#postponed.get(key));
    const timer = setTimeout(() => {
      this.#postponed.delete(key);
      this.add(key);
    }, milliseconds);
    timer.unref();
    this.#postponed.set(key, timer);
  }

  /** Reconciles the key after this time in ms, unless it is already due earlier. */
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
    for (const timer of this.#postponed.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #run(): void {
    this.#scheduled = undefined;
    const keys = [...this.#queued].filter((key) => !this.#postponed.has(key));
    for (const key of keys) this.#queued.delete(key);
    for (const key of keys) {
      try {
        this.#reconcile(key);
        this.#failures.delete(key);
      } catch {
        // Refused by admission, or a conflict: retry with the new state.
        this.#retry(key);
      }
    }
  }

  #retry(key: string): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS));
  }
}

/** Retries after a quarter of a second, doubled up to half a minute: a quota may be raised at any time. */
const FIRST_RETRY_MS = 125;
const MAX_RETRY_MS = 30_000;

/** The key of an object: `namespace/name`. */
export function keyOf(object: { metadata: { namespace?: string; name?: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

/** Splits a key into namespace and name. */
export function splitKey(key: string): [namespace: string, name: string] {
  const [namespace = '', name = ''] = key.split('/');
  return [namespace, name];
}
