/** Whether the connection can be reused after the response. HTTP/2 connections always can. */
export type ConnectionAfter = 'keep-alive' | 'close';

/** What a fault does. */
export type FaultAction =
  /**
   * Responds with a Status error (at `container-start` and `image-pull`: the runtime's error). `connection` is for the
   * point `handshake`; default `close`.
   */
  | {
      kind: 'error';
      code: number;
      reason?: string;
      message?: string;
      retryAfterSeconds?: number;
      connection?: ConnectionAfter;
    }
  /**
   * A proxy between client and API server, or the kubelet, sends this response: the page of a gateway, the text of a
   * kubelet, a redirect. Defaults: `contentType` `text/plain; charset=utf-8`, `connection` `keep-alive`.
   */
  | {
      kind: 'respond';
      code: number;
      body?: string;
      contentType?: string;
      headers?: Readonly<Record<string, string>>;
      connection?: ConnectionAfter;
    }
  /** An admission webhook denies the request; default `code` 400, as for a webhook that sets none. */
  | { kind: 'webhook-denial'; webhook: string; message?: string; code?: number; reason?: string }
  /** An admission webhook can't be reached, and its failure policy is Fail: 500 InternalError. */
  | { kind: 'webhook-failure'; webhook: string; message?: string }
  /** A ValidatingAdmissionPolicy denies the request: 422 Invalid, or the code of `reason`. */
  | { kind: 'policy-denial'; policy: string; binding: string; message: string; reason?: PolicyReason }
  /** Admission lets the request pass with a `Warning` header. */
  | { kind: 'warning'; message: string }
  /** It continues this much later. */
  | { kind: 'delay'; milliseconds: number }
  /** Nothing more is sent, and the connection stays open. */
  | { kind: 'stall' }
  /** The TCP connection is reset, with everything on it. */
  | { kind: 'break' }
  /** The stream ends early, with a proper end. */
  | { kind: 'end' }
  /** A proxy between client and server responds with an HTML page, and closes the connection. */
  | { kind: 'proxy-page'; code: number }
  /** A watch gets the error that its resourceVersion is too old (an ERROR event, 410 Expired), and ends. */
  | { kind: 'expire' }
  /** Pings get no pong. */
  | { kind: 'drop' };

export type ActionKind = FaultAction['kind'];

/** The reasons that a ValidatingAdmissionPolicy can set. */
export type PolicyReason = 'Invalid' | 'Forbidden' | 'Unauthorized' | 'RequestEntityTooLarge';
