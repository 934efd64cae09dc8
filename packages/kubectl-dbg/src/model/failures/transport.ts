import type { Lost, Protocol, Unreachable } from './meaning.ts';

/** Why a connection failed. */
export type TransportReason =
  | 'ConnectionRefused'
  | 'HostNotFound'
  | 'NameLookupFailed'
  | 'ConnectTimedOut'
  | 'HostUnreachable'
  | 'NetworkUnreachable'
  | 'AddressNotAvailable'
  | 'ConnectionReset'
  | 'ConnectionClosed'
  | 'AnswerTimedOut'
  | 'BodyTimedOut'
  | 'PeerSilent'
  | 'NotTls'
  | 'CertificateNotTrusted'
  | 'CertificateExpired'
  | 'CertificateNotYetValid'
  | 'CertificateNameMismatch'
  | 'ClientCertificateRefused'
  | 'ClientKeyMismatch'
  | 'ProxyAnswer'
  | 'Unknown';

/** Which connection failed, and why. */
interface TransportFacts {
  server: string;
  why: TransportReason;
  /** A visible problem with our own client certificate. */
  flaw?: string;
}

/** Failed connections to the API server. */
export interface TransportFailures {
  /** No connection to the API server can be opened. */
  ServerUnreachable: Unreachable<TransportFacts>;
  /** The API server accepted the connection but did not respond. */
  ServerSilent: Unreachable<TransportFacts>;
  /** The connection broke in the middle of a response. */
  ConnectionBroken: Lost<TransportFacts>;
  /** The server, or a proxy in front of it, switched protocols in another way than asked (WebSocket, SPDY). */
  UpgradeMalformed: Protocol<{ server: string }>;
  /** The proxy can't be reached, or opens no connection; `source`: where it is configured; `status`: its response. */
  ProxyFailed: Unreachable<TransportFacts & { proxy: string; source: string; status?: number }>;
}
