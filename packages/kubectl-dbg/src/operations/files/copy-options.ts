import type { Readable, Writable } from 'node:stream';
import type { Owner } from '../../files/send-tree.ts';
import type { CopyWay } from '../../model/failures/files.ts';
import type { CreatedObjects } from '../debug/created-objects.ts';
import type { OperationOptions } from '../debug/debug.ts';
import type { DebugOptions } from '../debug/program-request.ts';

/** The source of a copy: a path in the container, a local path, or a stream with the content of one file. */
export type CopySource = { container: string } | { local: string } | { stream: Readable };
/** The destination of a copy. */
export type CopyDestination = { container: string } | { local: string } | { stream: Writable };

/** What to copy. Exactly one side is in a container. */
export interface CopyFilesOptions {
  /** `POD`, `pod/NAME`, or `TYPE/NAME` of a workload, which selects one of its ready pods. */
  target: string;
  /** The container with the files; default: the pod's default container. */
  targetContainer?: string;
  /** If `to` is an existing directory, the source is copied into it under its own name. */
  from: CopySource;
  to: CopyDestination;
  /**
   * How to access the files: `exec` uses the container's own tar and shell, as its user; `debug` those of a debug
   * container, as root. `auto`, the default: `exec` if that works, else `debug`.
   */
  via?: CopyWay | 'auto';
  /** Image of the debug container, with sh, tar, stat, head, tail and sha256sum; default `busybox`. */
  image?: string;
  profile?: DebugOptions['profile'];
  runAs?: DebugOptions['runAs'];
  /** Numeric owner of files written in the container; default: the user who writes them. */
  owner?: Owner;
  /** Maximum of bytes and entries copied out of a container; default: no limit. */
  maxBytes?: number;
  maxEntries?: number;
  /** Keep setuid, setgid and sticky bits of files from a container; default false. */
  keepSetuid?: boolean;
  /** For names that the local file system does not distinguish; default: this machine's platform. */
  platform?: NodeJS.Platform;
}

/** Settings of a copy. */
export interface CopySettings extends OperationOptions {
  /** Milliseconds for the debug container to start; default 5 minutes; 0: no limit. */
  startTimeout?: number;
  created?: CreatedObjects;
  /** Called with the bytes so far, and with the total if it is known. */
  onProgress?: (bytes: number, total: number | undefined) => void;
  /**
   * Called with the path of a partial file, on the destination side. A copy that fails leaves the file there, unless
   * space ran out, and the next copy resumes from it.
   */
  onPartial?: (path: string) => void;
  /** Called with each entry that is not copied, and why. */
  onSkip?: (name: string, why: string) => void;
  /** Called with each line of tar's output in the container. */
  onWords?: (line: string) => void;
}

/** Result of a copy. */
export interface CopyResult {
  /** Size of the files' contents. */
  bytes: number;
  /** Bytes from an earlier, failed copy. */
  resumed: number;
  /** Entries that were not copied. */
  skipped: number;
  /** How the files were accessed. */
  via: CopyWay;
}
