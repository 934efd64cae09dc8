import type { FileTree } from './file-tree.ts';

/** One process of a process namespace, as `ps` shows it. */
export interface ProcessEntry {
  uid: number;
  argv: readonly string[];
  /** The files that it sees; absent for one that has none to show. */
  tree?: FileTree;
}

/** Process ids begin here, as on a node where a few processes came before; the first process has 1. */
const FIRST_PID = 7;
const INIT_PID = 1;

/** The processes of a process namespace. */
export class ProcessTable {
  readonly #entries = new Map<number, ProcessEntry>();
  #last = FIRST_PID;

  /** Adds a process and gives its id. */
  add(entry: ProcessEntry, init = false): number {
    const pid = init ? INIT_PID : this.nextPid();
    this.#entries.set(pid, entry);
    return pid;
  }

  /** A process becomes another program, as by exec. */
  replace(pid: number, argv: readonly string[]): void {
    const entry = this.#entries.get(pid);
    if (entry !== undefined) this.#entries.set(pid, { ...entry, argv });
  }

  /** An id for something that is not shown. */
  nextPid(): number {
    this.#last += 1;
    return this.#last;
  }

  /** The files of a process. */
  rootOf(pid: number): FileTree | undefined {
    return this.#entries.get(pid)?.tree;
  }

  remove(pid: number): void {
    this.#entries.delete(pid);
  }

  list(): (ProcessEntry & { pid: number })[] {
    return [...this.#entries].map(([pid, entry]) => ({ pid, ...entry })).toSorted((a, b) => a.pid - b.pid);
  }
}
