import type { Keep } from '../model/plan.ts';

/** What a copy keeps of the original unless told otherwise, as in kubectl. */
export const DEFAULT_KEEP: Keep = {
  labels: false,
  labelKeys: [],
  annotations: false,
  liveness: false,
  readiness: false,
  startup: false,
  initContainers: true,
  hostPorts: false,
};
