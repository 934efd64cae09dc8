import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { unmountBelow } from './mounts-below.ts';

/** User and group ids that exist on the node. */
export interface NodeIds {
  /** Exclusive upper bound. */
  users: number;
  groups: number;
}

/**
 * The namespaces that runc runs in: the machine's for root, those of a user namespace for other users.
 *
 * Paths are the same inside and outside; process ids are those of the node's PID namespace.
 */
export interface RuncNode {
  /** Whether it is a user namespace. */
  readonly rootless: boolean;
  readonly ids: NodeIds;
  /** The node's /proc, as seen by this process. */
  readonly proc: string;
  /** PID, as seen by this process, of a process in the node's network namespace; undefined if it is this process's own. */
  readonly networkHolder: number | undefined;
  /** Whether containers use overlayfs, or copies of their images. */
  readonly overlay: boolean;
  /** The command that runs `argv` in all namespaces of the node. */
  enter(argv: readonly string[]): string[];
  /** The same without the PID namespace, so that signals to the command reach `argv`. */
  enterWithoutPid(argv: readonly string[]): string[];
  signal(pid: number, name: NodeJS.Signals): void;
  /** Sets the group and mode of a file. If the node does not have the group, the file gets the node's only one. */
  setGroup(path: string, group: number, mode: number): void;
  /** Mounts a tmpfs with this size limit; absent if not permitted. */
  mountMemory?(path: string, bytes: number | undefined): void;
  /** Deletes files of any of the node's users, and unmounts what is mounted there. */
  remove(path: string): Promise<void>;
  /** Stops the node and all of its processes. */
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
    enter: (argv) => [...argv],
    enterWithoutPid: (argv) => [...argv],
    signal(pid, name) {
      try {
        process.kill(pid, name);
      } catch {
        // It has just terminated.
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
