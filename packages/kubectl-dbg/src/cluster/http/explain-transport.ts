import { DbgError } from '../../errors.ts';
import { sanitiseShort } from '../../sanitise.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import { ConnectionFailure } from './transport.ts';
import type { ConnectionFailureCode, TransportPhase } from './transport.ts';

/** A cause in words that complete "... : CAUSE", and what to do about it. */
interface Explanation {
  cause: string;
  remedy?: string;
}

const CHECK_SERVER = "Check the server's address in the kubeconfig, and whether you are in its network (VPN)";
const CHECK_AUTHORITY =
  "Take certificate-authority-data from the cluster's administrator, or name the file with --certificate-authority";

const SYSTEM: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { cause: 'connection refused', remedy: 'Check that the server is running, and its port' },
  ENOTFOUND: { cause: 'no such host', remedy: CHECK_SERVER },
  EAI_AGAIN: {
    cause: 'the host name could not be looked up',
    remedy: 'Check your network and its name server',
  },
  ETIMEDOUT: { cause: 'no answer (timed out)', remedy: CHECK_SERVER },
  EHOSTUNREACH: { cause: 'no route to the host', remedy: CHECK_SERVER },
  ENETUNREACH: { cause: 'the network is unreachable', remedy: CHECK_SERVER },
  EADDRNOTAVAIL: { cause: 'the address cannot be reached from here', remedy: CHECK_SERVER },
  ECONNRESET: { cause: 'the connection was reset' },
  EPIPE: { cause: 'the connection was closed' },
};

const OWN: Readonly<Record<ConnectionFailureCode, Explanation>> = {
  CONNECT_TIMEOUT: { cause: 'no connection (timed out)', remedy: CHECK_SERVER },
  ANSWER_TIMEOUT: { cause: 'connected, but no answer came (timed out)', remedy: 'Try again later' },
  PEER_SILENT: { cause: 'the connection went dead (pings were not answered)', remedy: 'Check your network' },
  PROXY_REFUSED: { cause: '', remedy: 'Check HTTPS_PROXY, NO_PROXY and proxy-url of the kubeconfig' },
  PROXY_PROTOCOL: { cause: '', remedy: 'Check HTTPS_PROXY, NO_PROXY and proxy-url of the kubeconfig' },
  NO_UPGRADE: { cause: 'it did not switch protocols as asked' },
  CLOSED_EARLY: { cause: 'the connection was closed too early' },
};

const BAD_CHAIN = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/** Says in one line which server could not be reached and why, in words, with a remedy. */
export function explainTransport(error: unknown, endpoint: Endpoint, phase: TransportPhase): DbgError {
  const { cause, remedy } = explain(error, endpoint);
  const server = describeServer(endpoint);
  const what =
    phase === 'connect'
      ? `cannot reach the server ${server}`
      : phase === 'body'
        ? `the connection to the server ${server} broke in the middle of its answer`
        : `the server ${server} did not answer`;
  return new DbgError(phase === 'body' ? 'lost' : 'unreachable', `${what}: ${cause}`, {
    ...(remedy === undefined ? {} : { remedy }),
    cause: error,
  });
}

/** The server's address for messages, with its proxy; never a user name or password. */
export function describeServer(endpoint: Endpoint): string {
  const { url, proxy } = endpoint;
  const base = `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  return proxy === undefined ? base : `${base} (through the proxy ${proxy.protocol}//${proxy.host})`;
}

function explain(error: unknown, endpoint: Endpoint): Explanation {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectionFailure) {
    const own = OWN[error.code];
    return own.cause === '' ? { ...own, cause: sanitiseShort(message, 200) } : own;
  }
  const system = SYSTEM[code];
  if (system !== undefined) return system;
  return explainTls(code, message, endpoint) ?? { cause: sanitiseShort(message, 200) };
}

function explainTls(code: string, message: string, endpoint: Endpoint): Explanation | undefined {
  const { tls } = endpoint;
  if (BAD_CHAIN.has(code)) {
    const by = tls.ca === undefined ? "the system's authorities" : tls.caSource;
    return { cause: `its certificate is not trusted by ${sanitiseShort(by, 200)}`, remedy: CHECK_AUTHORITY };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      cause: 'its certificate has expired',
      remedy: "Renew the server's certificate, or check your clock",
    };
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return { cause: 'its certificate is not valid yet', remedy: 'Check your clock' };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const name = tls.serverName ?? endpoint.url.hostname;
    return {
      cause: `its certificate is for other names than ${sanitiseShort(name, 200)}`,
      remedy: 'Use a name that is in the certificate, or give it with --tls-server-name',
    };
  }
  if (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    /wrong version number|packet length too long/.test(message)
  ) {
    return { cause: 'it does not speak TLS', remedy: 'Is it an http:// address?' };
  }
  if (/alert (certificate required|bad certificate|unknown ca|certificate unknown)/i.test(message)) {
    return {
      cause: 'it refused your client certificate',
      remedy: 'Check client-certificate-data of the user entry; it may have expired',
    };
  }
  if (/key values mismatch/i.test(message)) {
    return {
      cause: 'the client key does not belong to the client certificate',
      remedy: 'Correct the user entry',
    };
  }
  return undefined;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
