import { debugFlags } from './flags-debug.ts';
import { globalFlags } from './flags-global.ts';
import type { FlagSpec } from './types.ts';

/** Flags of the debug container with the same meaning as for a session. */
const SHARED = ['image', 'profile', 'run-as', 'timeout', 'quiet'] as const;

type DebugFlag = (typeof debugFlags)[number];

/** The flags of a session that commands with their own debug container share. */
export const sharedFlags = debugFlags.filter(
  (flag): flag is Extract<DebugFlag, { name: (typeof SHARED)[number] }> =>
    (SHARED as readonly string[]).includes(flag.name),
);

const own = [
  {
    name: 'container',
    short: 'c',
    type: 'string',
    value: 'CONTAINER',
    fallback: "the pod's default container",
    help: 'Container to copy from or to, unless POD:CONTAINER:PATH names it.',
    group: 'Target',
    complete: 'container',
  },
  {
    name: 'via',
    type: 'string',
    value: 'WAY',
    fallback: 'auto',
    help: "How to reach the files: exec uses the container's own shell and tar, as its user; debug uses a debug container; auto uses exec if it works, else debug.",
    group: 'Session',
    complete: ['auto', 'exec', 'debug'],
  },
  {
    name: 'owner',
    type: 'string',
    value: 'UID[:GID]',
    fallback: "root; with exec the container's user",
    help: 'Owner of the files written in the container.',
    group: 'Results',
    complete: 'none',
  },
  {
    name: 'max-bytes',
    type: 'string',
    value: 'BYTES',
    fallback: 'no limit',
    help: 'Copy at most this many bytes out of a container, such as 500Mi.',
    group: 'Results',
    complete: 'none',
  },
  {
    name: 'max-entries',
    type: 'int',
    value: 'N',
    fallback: 'no limit',
    help: 'Copy at most this many files, directories and links out of a container.',
    group: 'Results',
    complete: 'none',
  },
  {
    name: 'keep-setuid',
    type: 'bool',
    help: 'Keep the setuid, setgid and sticky bits of files copied out of a container.',
    group: 'Results',
  },
] as const satisfies readonly FlagSpec[];

/** The flags of `kubectl dbg cp`. */
export const cpFlags = [...own, ...sharedFlags, ...globalFlags] as const;
