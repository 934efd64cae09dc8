export { startSandbox } from './sandbox.ts';
export type { Sandbox, SandboxOptions } from './sandbox.ts';
export type { SandboxUser } from './certs/authority.ts';
export type { Fault, FaultAction, FaultMatch, Faults } from './api/faults.ts';
export type { KubeletTiming } from './kubelet/timing.ts';
export type { KubeObject, ResourceKey, Store, StoreEvent, WatchEventType } from './store/types.ts';
export { missingForRealContainers } from './setup/runtime-choice.ts';
