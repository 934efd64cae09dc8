export { ApiStatusError } from './api-status-error.ts';
export type { AnswerForm, ApiCall } from './api-status-error.ts';
export { isAdmissionDenial } from './admission-denial.ts';
export { describeCall } from './describe-call.ts';
export type { ApiCallDescription } from './describe-call.ts';
export { isMissing } from './is-missing.ts';
export { isOtherUid } from './other-uid.ts';
export { explainApiError } from './explain-api-error.ts';
export type { ApiErrorContext } from './explain-api-error.ts';
export { openCluster } from './open-cluster.ts';
export type { ClusterOptions, TraceEntry, ClientTimeouts } from './options.ts';
export type { PluginPolicy } from './credentials/plugin-policy.ts';
export type {
  ApiRequest,
  Closed,
  Cluster,
  Query,
  RemoteCommand,
  RemoteCommandOptions,
  WatchEvent,
  WatchOptions,
} from './types.ts';
