import type { FilesFailures } from '../../model/failures/files.ts';
import type { Sayings } from './words.ts';

const BESIDE = 'Use --via=debug, which copies through a debug container';

export const sayings: Sayings<FilesFailures> = {
  CopySidesInvalid: 'Write POD:PATH on one side, and a local path or - on the other',
  LocalPathUnreadable: 'Name a file or directory that you can read',
  LocalPathUnwritable: 'Name a path that you can write to, on a disk with enough space',
  NotFileOrDirectory: ({ side }, commands) =>
    side === 'local'
      ? `Pipe the output of a program instead: PROGRAM | ${commands.kubectl('dbg', 'cp', '-', 'POD:PATH')}`
      : 'Name a file or a directory',
  RemotePathNotFound: (_, commands) =>
    `Look into the container with: ${commands.kubectl('dbg', 'POD', '--enter')}`,
  RemoteDirectoryNotFound: 'Create it first, or name an existing one',
  RemotePathDenied: ({ way, isReadOnly }) =>
    isReadOnly ? 'Choose a directory on a writable volume' : way === 'exec' ? BESIDE : undefined,
  CopyToolMissing: ({ way }) =>
    way === 'exec' ? BESIDE : 'Use another --image: it needs sh, tar, stat, head, tail and sha256sum',
  RemoteAnswerUnclear: ({ way }) =>
    way === 'exec' ? BESIDE : 'Use another --image: it needs sh, tar, stat, head, tail and sha256sum',
  CopyLimitExceeded: ({ limit }) => `Raise the limit with --max-${limit}`,
  ArchiveBroken: 'Try another --image; the archive is made by its tar',
  PartialFileForeign: 'Move it away, or name another path',
  RemoteSpaceMissing: 'Free space there, or name a path on a disk with enough space; nothing was kept',
  CopyBrokeOff: ({ kept, failure }) => {
    if (kept !== undefined) return `Run the same command again to resume from what was kept as ${kept}`;
    return failure === undefined ? 'Run the same command again' : undefined;
  },
  HelperNotStarted: undefined,
  HelperTimedOut: undefined,
  HelperRefused: undefined,
  CaptureToolMissing: 'Use an --image with tcpdump, such as nicolaka/netshoot',
  CaptureInvalid: 'Check --interface and --filter',
  CaptureNotPermitted: 'Ask for the right to debug with --profile=netadmin there',
  CaptureBrokeOff: ({ began }) =>
    began ? 'Packets captured before that are kept; run the command again for more' : undefined,
  CaptureOutputFailed: 'Name a file on a disk with enough space with -w',
};
