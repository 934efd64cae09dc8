/** Issues service account tokens for pods. */
export interface TokenIssuer {
  issue(request: {
    namespace: string;
    serviceAccount: string;
    serviceAccountUid: string;
    /** The audiences; the API server if empty. */
    audiences: readonly string[];
    expirationSeconds: number;
    /** The object that the token is bound to: a Pod or a Secret. */
    bound?: { kind: string; name: string; uid: string };
  }): string;
  /** The cluster's CA certificate, PEM. */
  caCertificate: string;
}
