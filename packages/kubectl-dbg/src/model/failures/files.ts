import type { Failure } from '../failure.ts';
import type { Deadline, Lost, NeverStarted, NotFound, Protocol, Refused, Usage } from './meaning.ts';

/** How files of a container are accessed: by a program in it, or in a debug container next to it. */
export type CopyWay = 'exec' | 'debug';

/** Failures of copies and captures. */
export interface FilesFailures {
  /** Not exactly one side of a copy is in a container. */
  CopySidesInvalid: Usage;
  /** The source of a copy on this machine does not exist, or can't be read. */
  LocalPathUnreadable: Usage<{ path: string }>;
  /** The destination on this machine can't be written. */
  LocalPathUnwritable: Lost<{ path: string; why: string }>;
  /** The source of a copy is neither a file nor a directory. */
  NotFileOrDirectory: Usage<{ path: string; side: 'local' | 'container' }>;
  /** The source of a copy does not exist in the container. */
  RemotePathNotFound: NotFound<{ path: string }>;
  /** The destination directory does not exist in the container. */
  RemoteDirectoryNotFound: NotFound<{ path: string }>;
  /** The user of that way may not read or write there; `isReadOnly`: nobody may write. */
  RemotePathDenied: Lost<{ path: string; way: CopyWay; right: 'read' | 'write'; isReadOnly: boolean }>;
  /** A program that a copy needs is missing in the container, or in the image of the debug container. */
  CopyToolMissing: Usage<{ tool: string; way: CopyWay }>;
  /** The container's response about a file is invalid. */
  RemoteAnswerUnclear: Protocol<{ path: string; way: CopyWay }>;
  /** The source in the container exceeds a limit. */
  CopyLimitExceeded: Lost<{ limit: 'bytes' | 'entries'; most: number }>;
  /** The container sent data that is not an archive. */
  ArchiveBroken: Protocol<{ why: string }>;
  /** The file at the path of the partial copy was not left by an earlier copy. */
  PartialFileForeign: Usage<{ path: string }>;
  /** There is no space in the container; nothing is kept there. */
  RemoteSpaceMissing: Lost<{ path: string; why: string }>;
  /** A copy broke. `kept`: the path, on the destination side, from which the next copy resumes. */
  CopyBrokeOff: Lost<{ path: string; kept?: string; failure?: Failure }>;
  /** The debug container of a copy or a capture did not start; `failure`: the reason as data, as in all that follow. */
  HelperNotStarted: NeverStarted<{ why: string; failure?: Failure }>;
  /** The debug container of a copy or a capture did not start in time. */
  HelperTimedOut: Deadline<{ why: string; failure?: Failure }>;
  /** A copy or a capture is refused. */
  HelperRefused: Refused<{ why: string; failure?: Failure }>;
  /** The image has no tcpdump. */
  CaptureToolMissing: Usage<{ image: string }>;
  /** The interface or the filter is invalid for tcpdump. */
  CaptureInvalid: Usage<{ interface: string; filter: string; why: string }>;
  /** The debug container lacks the capability to capture. */
  CaptureNotPermitted: Refused<{ why: string }>;
  /** A capture broke; `began`: after it had begun. */
  CaptureBrokeOff: Lost<{ why: string; began: boolean; failure?: Failure }>;
  /** The packets can't be written. */
  CaptureOutputFailed: Lost<{ why: string }>;
}
