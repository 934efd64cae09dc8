import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { unmountBelow } from './mounts-below.ts';

/** Ids of users and groups that processes on the node may have. */
export interface NodeIds {
  /** Exclusive upper bounds of the ids that exist; ids begin at 0. */
  users: number;
  groups: number;
}

/**
 * The namespaces that runc runs in: the machine's own for root, those of a user namespace for anybody else.
 *
 * Paths are the same inside and outside; process ids are the node's.
 */
export interface RuncNode {
  /** Whether it is a user namespace of an ordinary user. */
  readonly rootless: boolean;
  readonly ids: NodeIds;
  /** The node's /proc, as this process reaches it. */
  readonly proc: string;
  /** A process, by its id for this one, that is in the node's network namespace; undefined if that is this process's own. */
  readonly networkHolder: number | undefined;
  /** Whether containers get overlays over their images, or copies of them. */
  readonly overlay: boolean;
  /** The command that runs `argv` as a process of the node. */
  within(argv: readonly string[]): string[];
  /** The command that runs `argv` on the node's files and network without becoming one of the node's processes: a signal to it reaches `argv` itself. */
  beside(argv: readonly string[]): string[];
  signal(pid: number, name: NodeJS.Signals): void;
  /** Gives a file to a group, with this mode; nothing happens if the node does not have the group. */
  setGroup(path: string, group: number, mode: number): void;
  /** Makes a folder one that is kept in memory, of so many bytes at most; absent where nobody may. */
  mountMemory?(path: string, bytes: number | undefined): void;
  /** Removes files, whichever of the node's users they belong to, and what is mounted there. */
  remove(path: string): Promise<void>;
  /** Ends it, with every process in it. */
  stop(): Promise<void>;
}

/** The machine itself, for root. */
export function machineNode(env: NodeJS.ProcessEnv): RuncNode {
  const ALL_IDS = 0xffff_ffff;
  return {
    rootless: false,
    ids: { users: ALL_IDS, groups: ALL_IDS },
    proc: '/proc',
    networkHolder: undefined,
    overlay: true,
    within: (argv) => [...argv],
    beside: (argv) => [...argv],
    signal(pid, name) {
      try {
        process.kill(pid, name);
      } catch {
        // It has just ended.
      }
    },
    setGroup(path, group, mode) {
      chownSync(path, 0, group);
      chmodSync(path, mode);
    },
    mountMemory(path, bytes) {
      const options = ['mode=777', ...(bytes === undefined ? [] : [`size=${bytes}`])].join(',');
      execFileSync('busybox', ['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path], { env });
    },
    async remove(path) {
      unmountBelow(path);
      await rm(path, { recursive: true, force: true });
    },
    async stop() {},
  };
}
