import type { TransportFailures, TransportReason } from '../../model/failures/transport.ts';
import type { Sayings } from './words.ts';

const CHECK_SERVER = "Check the server's address in the kubeconfig, and your network (VPN)";
const LATER = 'Try again later';
/** A connection that broke once may not break again; one that always does is broken by something. */
const AGAIN =
  'Try again; if that does not help, check the server, and the proxies and load balancers in front of it (-v=6 shows every request)';
const NEW_CERTIFICATE = 'Log in again, or get a new client certificate';

/** What to do about a failed connection to the server, by reason. */
const SERVER: Readonly<Record<Exclude<TransportReason, 'ProxyAnswer'>, string>> = {
  ConnectionRefused: 'Check the port, and that the server is running',
  HostNotFound: CHECK_SERVER,
  NameLookupFailed: 'Check your network and its DNS server',
  ConnectTimedOut: CHECK_SERVER,
  HostUnreachable: CHECK_SERVER,
  NetworkUnreachable: CHECK_SERVER,
  AddressNotAvailable: CHECK_SERVER,
  ConnectionReset: AGAIN,
  ConnectionClosed: AGAIN,
  AnswerTimedOut: `${LATER}, or check the proxies and load balancers in front of the server`,
  BodyTimedOut: `${LATER}, or allow more time with --request-timeout`,
  PeerSilent: 'Check your network (VPN), and try again',
  NotTls: 'Is it an http:// address?',
  CertificateNotTrusted:
    "Get certificate-authority-data from the cluster's administrator, or name the file with --certificate-authority",
  CertificateExpired: "Renew the server's certificate, or check your clock",
  CertificateNotYetValid: 'Check your clock',
  CertificateNameMismatch: 'Use a name that is in the certificate, or set --tls-server-name',
  ClientCertificateRefused: 'Check client-certificate-data of the user entry; it may have expired',
  ClientKeyMismatch: 'Correct the user entry',
  Unknown: AGAIN,
};

/** The same for the proxy, for TLS failures. */
const PROXY_TLS: Partial<Readonly<Record<TransportReason, string | undefined>>> = {
  NotTls: SERVER.NotTls,
  CertificateNotTrusted: "Name a file with the proxy's CA certificate in SSL_CERT_FILE",
  CertificateExpired: "Renew the proxy's certificate, or check your clock",
  CertificateNotYetValid: SERVER.CertificateNotYetValid,
  CertificateNameMismatch: 'Address the proxy by a name that is in its certificate',
  ClientCertificateRefused: SERVER.ClientCertificateRefused,
  ClientKeyMismatch: SERVER.ClientKeyMismatch,
};

const ofServer = ({ why, flaw }: { why: TransportReason; flaw?: string }): string | undefined =>
  flaw !== undefined ? NEW_CERTIFICATE : why === 'ProxyAnswer' ? undefined : SERVER[why];

export const sayings: Sayings<TransportFailures> = {
  ServerUnreachable: ofServer,
  ServerSilent: ofServer,
  ConnectionBroken: ofServer,
  UpgradeMalformed:
    'Check the proxies and load balancers in front of the server: they have to pass an upgrade to WebSocket or SPDY unchanged (-v=6 shows every request)',
  ProxyFailed: ({ why, flaw, source, status }) => {
    if (flaw !== undefined) return NEW_CERTIFICATE;
    if (PROXY_TLS[why] !== undefined) return PROXY_TLS[why];
    if (status === undefined)
      return `Check ${source}, and that the proxy is running; NO_PROXY exempts a server from it`;
    if (status === 407)
      return `Write a user name and password into ${source}: http://USER:PASSWORD@HOST:PORT`;
    return status >= 500
      ? "The proxy cannot reach the server: check the server's address, or exempt it with NO_PROXY"
      : "Ask the proxy's administrator to allow the server, or exempt it with NO_PROXY";
  },
};
