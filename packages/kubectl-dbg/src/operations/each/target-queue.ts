interface Waiting {
  node: string | undefined;
}

/**
 * Targets that are not started yet, by node: the nodes take turns, and a node at its limit of parallel starts is left
 * out. Taking a target has the same cost for any number of targets.
 */
export class TargetQueue<T extends Waiting> {
  readonly #limits: { perNode: number; perWarmNode: number };
  readonly #warm = new Set<string>();
  readonly #waiting = new Map<string, Iterator<T>>();
  readonly #starting = new Map<string, number>();
  /** Nodes that may start a target, in the order of their turns. */
  readonly #free = new Set<string>();
  #size = 0;

  /**
   * @param targets those of a node in the order in which they are to start
   * @param limits parallel starts on a node, and on one that has the image
   */
  constructor(targets: Iterable<T>, limits: { perNode: number; perWarmNode: number }) {
    this.#limits = limits;
    const lists = new Map<string, T[]>();
    for (const target of targets) {
      const list = lists.get(keyOf(target.node));
      if (list === undefined) lists.set(keyOf(target.node), [target]);
      else list.push(target);
      this.#size += 1;
    }
    for (const [node, list] of lists) {
      this.#waiting.set(node, list.values());
      this.#free.add(node);
    }
  }

  /** Targets that have not been taken. */
  get size(): number {
    return this.#size;
  }

  /** The next target that may start; it counts as starting on its node until `started`. */
  take(): T | undefined {
    for (const node of this.#free) {
      this.#free.delete(node);
      const next = this.#waiting.get(node)?.next();
      if (next === undefined || next.done === true) continue;
      this.#size -= 1;
      const starting = (this.#starting.get(node) ?? 0) + 1;
      this.#starting.set(node, starting);
      if (starting < this.#limitOf(node)) this.#free.add(node);
      return next.value;
    }
    return undefined;
  }

  /** A taken target runs, or never will: its node may start another. `isWarm`: the node has the image. */
  started(node: string | undefined, isWarm = false): void {
    const key = keyOf(node);
    if (isWarm) this.#warm.add(key);
    this.#starting.set(key, (this.#starting.get(key) ?? 1) - 1);
    this.#free.add(key);
  }

  #limitOf(node: string): number {
    const { perNode, perWarmNode } = this.#limits;
    return this.#warm.has(node) ? Math.max(perNode, perWarmNode) : perNode;
  }

  /** Takes all remaining targets, ignoring the limits. */
  *rest(): Generator<T> {
    for (const waiting of this.#waiting.values()) {
      for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
        this.#size -= 1;
        yield next.value;
      }
    }
  }
}

function keyOf(node: string | undefined): string {
  return node ?? '';
}
