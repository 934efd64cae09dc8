import type { AccessDecision, AccessRequest } from '../auth/rbac-types.ts';
import type { Reviewer } from '../auth/reviews.ts';
import type { Connections } from '../faults/connections.ts';
import type { FaultRegistry } from '../faults/faults.ts';
import type { NodeAgent } from '../kubelet/node-agent.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { RulesLookup } from './kinds.ts';

export type Authorizer = (user: UserInfo, request: AccessRequest) => AccessDecision;

/** All that the handlers share. */
export interface ApiContext {
  store: MemoryStore;
  rules: RulesLookup;
  authorize: Authorizer;
  /** Answers the reviews of authentication.k8s.io and authorization.k8s.io. */
  review: Reviewer;
  /** The kubelet of the node; absent while there is none. */
  node: NodeAgent | undefined;
  faults: FaultRegistry;
  connections: Connections;
  now: () => Date;
  /** `host:port`, which discovery tells. */
  address: () => string;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
}
