import type { Workflow } from './plan.ts';

/**
 * The tool that created a debug session, if recognisable. Both kubectl-debug and kubectl-dbg generate names like
 * `debugger-xxxxx`: if neither the pod's managed fields nor an annotation tells them apart it is `kubectl-debug-or-dbg`.
 */
export type SessionTool = 'kubectl-dbg' | 'kubectl-debug' | 'kubectl-debug-or-dbg' | 'oc-debug' | 'unknown';

/** State of the debug container. */
export type SessionState = 'waiting' | 'running' | 'ended';

/** One debug container: an ephemeral one, or that of a copy or node pod. Texts from the cluster are unsanitised. */
export interface DebugSession {
  /** Its address, `NAMESPACE/POD/CONTAINER`. */
  session: string;
  namespace: string;
  pod: string;
  container: string;
  workflow: Workflow;
  tool: SessionTool;
  /** The target container of an ephemeral container; `pod/NAME` for a copy, `node/NAME` for a node pod, if known. */
  target?: string;
  image: string;
  state: SessionState;
  /** Of a terminated container. */
  exitCode?: number;
  /** The reason in the container status, such as Completed, OOMKilled or ImagePullBackOff. */
  reason?: string;
  /** When the container started, RFC 3339. */
  started?: string;
  /** The user who created it, if recorded. */
  who?: string;
  /** When it terminates, or anybody may delete it, RFC 3339. */
  expires?: string;
  /** The reason (`--reason`), if recorded. */
  why?: string;
  /** When it was created, RFC 3339, if known: for a copy or node pod, or if recorded. */
  created?: string;
  /** When the container terminated, RFC 3339. */
  ended?: string;
  /** `KIND/NAME` of the workload that the pod belongs to. */
  workload?: string;
  node?: string;
  /** The profile that matches the container's security context best; a guess. */
  profile?: string;
}

/** The document of `kubectl dbg ls -o json`. */
export interface SessionList {
  apiVersion: 'kubectl-dbg/v1';
  kind: 'SessionList';
  items: DebugSession[];
}
