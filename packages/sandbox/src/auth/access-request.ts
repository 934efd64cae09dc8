/** What a request asks to do, as far as authorization is concerned. */
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
