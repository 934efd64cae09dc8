/** Issues the tokens that pods get for their service account. */
export interface TokenIssuer {
  issue(request: {
    namespace: string;
    serviceAccount: string;
    serviceAccountUid: string;
    /** Whom it is for; the API server where there are none. */
    audiences: readonly string[];
    expirationSeconds: number;
    /** The object whose end ends the token; of kind `Pod` or `Secret`. */
    bound?: { kind: string; name: string; uid: string };
  }): string;
  /** The cluster's CA certificate, PEM. */
  caCertificate: string;
}
