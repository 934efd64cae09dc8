import type { FileTree } from './file-tree.ts';

/** One process of a PID namespace, as `ps` shows it. */
export interface ProcessEntry {
  uid: number;
  argv: readonly string[];
  /** The files that it sees, if any. */
  tree?: FileTree;
}

/** The PID after the init process, which has 1. On a real node, a few processes have run in between. */
const FIRST_PID = 7;
const INIT_PID = 1;

/** The processes of a PID namespace. */
export class ProcessTable {
  readonly #entries = new Map<number, ProcessEntry>();
  #last = FIRST_PID;

  /** Adds a process and returns its id. */
  add(entry: ProcessEntry, init = false): number {
    const pid = init ? INIT_PID : this.nextPid();
    this.#entries.set(pid, entry);
    return pid;
  }

  /** Replaces a process's program, like execve. */
  replace(pid: number, argv: readonly string[]): void {
    const entry = this.#entries.get(pid);
    if (entry !== undefined) this.#entries.set(pid, { ...entry, argv });
  }

  /** An id for a process that is not shown. */
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
