export { openCluster } from './launch/open-cluster.ts';
export type { OpenClusterOptions } from './launch/open-cluster.ts';
export type { Cluster } from './cluster/index.ts';
export { realWorld } from './launch/real-world.ts';
export { DbgError, ExitCode } from './model/failure.ts';
export type { Failure, FailureKind, Remains } from './model/failure.ts';
export type { FactsOf, FailureCode } from './model/failures/index.ts';
export { exitCodeOf } from './model/outcome.ts';
export type { AttachTarget, Outcome } from './model/outcome.ts';
export type { World } from './model/world.ts';
export { debug, planDebug } from './operations/debug/debug.ts';
export { debugEach } from './operations/each/debug-each.ts';
export type { DebugEachSettings } from './operations/each/debug-each.ts';
export type { DebugEachRequest } from './operations/each/program-each.ts';
export type { Report, ReportGroup, ReportSummary, ResultClass, TargetResult } from './model/report.ts';
export { capture } from './operations/files/capture.ts';
export type { CaptureOptions, CaptureResult, CaptureSettings } from './operations/files/capture.ts';
export { copyFiles } from './operations/files/copy-files.ts';
export type {
  CopyDestination,
  CopyFilesOptions,
  CopyResult,
  CopySettings,
  CopySource,
} from './operations/files/copy-options.ts';
export type { CopyWay } from './model/failures/files.ts';
export type { DebugSettings, OperationOptions, SessionStreams } from './operations/debug/debug.ts';
export type { CopyOptions, DebugOptions } from './operations/debug/program-request.ts';
export type { MadeObject, OnEvent, OperationEvent } from './model/event.ts';
export { BrokenPipe, Interrupted, OutputFailed } from './model/interruption.ts';
export { readOwnership, SESSION_ANNOTATION } from './model/ownership.ts';
export type { Ownership } from './model/ownership.ts';
export type { Address, Plan, ProfileName, Write } from './model/plan.ts';
export type { SessionReport } from './session/session.ts';
export { diagnose } from './operations/diagnose/diagnose.ts';
export type { DiagnoseOptions, DiagnoseRequest, Diagnoses } from './operations/diagnose/diagnose.ts';
export type { Diagnosis, DiagnosisList, Finding } from './doctor/finding.ts';
export {
  attach,
  cleanSessions,
  listSessions,
  type SessionsOptions,
  stopSession,
} from './operations/sessions/sessions.ts';
export type { DebugSession, SessionList } from './model/debug-session.ts';
export type { CleanReport } from './operations/sessions/clean.ts';
export type { CleanCriteria } from './operations/sessions/judge-pod.ts';
export type { StopResult } from './operations/sessions/stop.ts';
