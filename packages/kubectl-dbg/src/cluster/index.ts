export { ApiStatusError } from './api-status-error.ts';
export type { ApiCall } from './api-status-error.ts';
export { describeCall } from './describe-call.ts';
export type { ApiCallDescription } from './describe-call.ts';
export { explainApiError } from './explain-api-error.ts';
export type { ApiErrorContext } from './explain-api-error.ts';
export { openCluster } from './open-cluster.ts';
export type { ClusterOptions, TraceEntry, Tuning } from './options.ts';
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
