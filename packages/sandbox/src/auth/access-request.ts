/** The attributes of a request that authorization uses. */
export interface AccessRequest {
  isResourceRequest: boolean;
  verb: string;
  path: string;
  group: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
}

export interface AccessDecision {
  allowed: boolean;
  reason: string;
}
