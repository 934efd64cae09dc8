export { openCluster } from './cluster/index.ts';
export type { Cluster } from './cluster/index.ts';
export { realWorld } from './cli/real-world.ts';
export { DbgError, ExitCode } from './errors.ts';
export type { FailureKind } from './errors.ts';
export { exitCodeOf } from './session/outcome.ts';
export type { Outcome } from './session/outcome.ts';
export type { World } from './world.ts';
