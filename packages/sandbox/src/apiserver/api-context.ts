import type { AccessDecision, AccessRequest } from '../auth/access-request.ts';
import type { Reviewer } from '../auth/reviews.ts';
import type { NodeAgent } from './node-agent.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { ServerHooks } from './hooks.ts';
import type { RulesLookup } from './kinds.ts';
import type { ApplyManagers } from './patch/apply-managers.ts';
import type { RequestRecorder } from './routing/request-log.ts';

export type Authorizer = (user: UserInfo, request: AccessRequest) => AccessDecision;

/** What all handlers share. */
export interface ApiContext {
  store: MemoryStore;
  rules: RulesLookup;
  authorize: Authorizer;
  /** Handles the reviews of authentication.k8s.io and authorization.k8s.io. */
  review: Reviewer;
  /** Issues service account tokens. */
  tokens: Pick<Tokens, 'issue' | 'defaultAudience'>;
  /** The kubelet of the node; undefined if there is none. */
  node: NodeAgent | undefined;
  hooks: ServerHooks;
  requests: RequestRecorder;
  applyManagers: ApplyManagers;
  now: () => Date;
  /** `host:port`, as in discovery. */
  address: () => string;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
}
