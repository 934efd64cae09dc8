/** The documented version of the machine-readable reports. */
export const REPORT_API_VERSION = 'kubectl-dbg/v1';

/** Results of one target. */
export const RESULT_CLASSES = [
  'passed',
  'failed',
  'timed-out',
  'not-started',
  'lost',
  'skipped',
  'not-attempted',
] as const;

/** The result of the command in one target: `passed` is exit code 0, `failed` any other exit code. */
export type ResultClass = (typeof RESULT_CLASSES)[number];

/** Outcome and output of one target. `output` and `outputFile` are exclusive: large outputs stay in their files. */
export interface TargetResult {
  namespace: string;
  pod: string;
  /** Uid of the pod that the command ran in (for a node's pod: of the node). */
  uid: string;
  /** The container whose process namespace was joined; empty if none. */
  container: string;
  /** The container that the command ran in; absent if none was created. */
  debugContainer?: string;
  node?: string;
  /** Owner of the pod, such as `Deployment/web`; absent for a bare pod. */
  owner?: string;
  class: ResultClass;
  exitCode?: number;
  signal?: number;
  /** A reason in one word, such as ErrImagePull; absent for passed and ordinary failed results. */
  reason?: string;
  message?: string;
  output?: string;
  /** Path of the complete output, relative to the directory of the run. */
  outputFile?: string;
  /** Size of the complete output, including bytes that were not kept. */
  bytes: number;
  lines: number;
  /** Of the complete output, in hex. */
  sha256?: string;
  /** `output` or `outputFile` is incomplete. */
  truncated: boolean;
  /** When the command was requested, RFC 3339; absent if it was not. */
  started?: string;
  milliseconds: number;
}

/** Number of targets for each result. */
export interface ReportSummary {
  targets: number;
  passed: number;
  failed: number;
  timedOut: number;
  notStarted: number;
  lost: number;
  skipped: number;
  notAttempted: number;
  /** Share of the targets that were not skipped whose command is known to have terminated; 1 if there were none. */
  coverage: number;
}

/** Targets with the same exit code and the same output. */
export interface ReportGroup {
  exitCode?: number;
  count: number;
  /** `NAMESPACE/POD/CONTAINER` of each. */
  targets: string[];
  /** Their output; the output of one of them if outputs are only similar. */
  output: string;
}

/** Why a run stopped before it tried all targets. */
export const STOP_REASONS = ['max-failures', 'deadline', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopReason = (typeof STOP_REASONS)[number];

/** A complete run, as `-o json` prints it; other formats are generated from it. */
export interface Report {
  apiVersion: typeof REPORT_API_VERSION;
  kind: 'Report';
  /** Id of the run; part of the names of its containers. */
  run: string;
  command: readonly string[];
  image: string;
  /** RFC 3339. */
  started: string;
  finished: string;
  stopped?: StopReason;
  summary: ReportSummary;
  groups: ReportGroup[];
  results: TargetResult[];
}

/** `NAMESPACE/POD/CONTAINER` of a result; without the container if there is none. */
export function targetName({ namespace, pod, container }: TargetResult): string {
  return [namespace, pod, container].filter((part) => part !== '').join('/');
}

/** Summarises the results of a run. */
export function summarize(results: Iterable<Pick<TargetResult, 'class'>>): ReportSummary {
  const count = Object.fromEntries(RESULT_CLASSES.map((name) => [name, 0])) as Record<ResultClass, number>;
  for (const { class: name } of results) count[name] += 1;
  const targets = RESULT_CLASSES.reduce((sum, name) => sum + count[name], 0);
  const wanted = targets - count.skipped;
  const known = count.passed + count.failed + count['timed-out'];
  return {
    targets,
    passed: count.passed,
    failed: count.failed,
    timedOut: count['timed-out'],
    notStarted: count['not-started'],
    lost: count.lost,
    skipped: count.skipped,
    notAttempted: count['not-attempted'],
    coverage: wanted === 0 ? 1 : known / wanted,
  };
}

/** Exit codes of a run; if several apply, the highest is returned. */
export const ReportExitCode = {
  passed: 0,
  /** A command failed or timed out. */
  failed: 1,
  /** Targets could not be run or were lost: the result is incomplete. */
  incomplete: 2,
  /** Nothing matched the selection, or all matches were skipped. */
  nothing: 3,
  /** Stopped by a threshold or a deadline. */
  stopped: 4,
} as const;

const INTERRUPT_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The exit code of a run. Display options never change it.
 *
 * @param minCoverage share of the targets (0 to 1) whose command must be known to have terminated
 */
export function exitCodeOfReport(
  summary: ReportSummary,
  { stopped, minCoverage = 1 }: { stopped?: StopReason | undefined; minCoverage?: number } = {},
): number {
  if (stopped === 'SIGINT' || stopped === 'SIGTERM' || stopped === 'SIGHUP') return INTERRUPT_EXIT[stopped];
  if (stopped !== undefined) return ReportExitCode.stopped;
  if (summary.targets === summary.skipped) return ReportExitCode.nothing;
  if (summary.coverage < minCoverage) return ReportExitCode.incomplete;
  if (summary.failed + summary.timedOut > 0) return ReportExitCode.failed;
  return ReportExitCode.passed;
}
