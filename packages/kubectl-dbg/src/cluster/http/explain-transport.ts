import { DbgError } from '../../model/failure.ts';
import { sanitiseShort } from '../../base/sanitise.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import { describeProxy, describeServer } from './describe-server.ts';
import { explainTls } from './explain-tls.ts';
import type { Explanation } from './explain-tls.ts';
import { ConnectionFailure, ProxyFailure } from './transport.ts';
import type { ConnectionFailureCode, TransportPhase } from './transport.ts';

const SYSTEM: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { cause: 'connection refused', why: 'ConnectionRefused' },
  ENOTFOUND: { cause: 'no such host', why: 'HostNotFound' },
  EAI_AGAIN: { cause: 'the host name could not be looked up', why: 'NameLookupFailed' },
  ETIMEDOUT: { cause: 'no answer (timed out)', why: 'ConnectTimedOut' },
  EHOSTUNREACH: { cause: 'no route to the host', why: 'HostUnreachable' },
  ENETUNREACH: { cause: 'the network is unreachable', why: 'NetworkUnreachable' },
  EADDRNOTAVAIL: { cause: 'the address cannot be reached from here', why: 'AddressNotAvailable' },
  ECONNRESET: { cause: 'the connection was reset', why: 'ConnectionReset' },
  EPIPE: { cause: 'the connection was closed', why: 'ConnectionClosed' },
};

const OWN: Readonly<Record<Exclude<ConnectionFailureCode, 'NO_UPGRADE'>, Explanation>> = {
  CONNECT_TIMEOUT: { cause: 'no connection (timed out)', why: 'ConnectTimedOut' },
  ANSWER_TIMEOUT: { cause: 'connected, but no answer came (timed out)', why: 'AnswerTimedOut' },
  BODY_TIMEOUT: { cause: 'the rest of it did not come in time', why: 'BodyTimedOut' },
  PEER_SILENT: { cause: 'the connection went dead (pings were not answered)', why: 'PeerSilent' },
  PROXY_REFUSED: { cause: '', why: 'ProxyAnswer' },
  PROXY_PROTOCOL: { cause: '', why: 'ProxyAnswer' },
  CLOSED_EARLY: { cause: 'the connection was closed too early', why: 'ConnectionClosed' },
};

/** Further facts about a failed connection. */
export interface TransportContext {
  /** A visible problem with our own client certificate. */
  flaw?: string | undefined;
  /** Milliseconds since the epoch. */
  now?: number | undefined;
}

/** Says in one line which peer could not be reached, the server or its proxy, and why. */
export function explainTransport(
  error: unknown,
  endpoint: Endpoint,
  phase: TransportPhase,
  context: TransportContext = {},
): DbgError {
  if (error instanceof ProxyFailure && endpoint.proxy !== undefined)
    return explainProxy(error, endpoint, context);
  const answer = explainAnswer(error, endpoint);
  if (answer !== undefined) return answer;
  const { cause, why, flaw } = withFlaw(explain(error, endpoint, 'server', context), context.flaw);
  const server = describeServer(endpoint);
  const facts = { server, why, ...(flaw === undefined ? {} : { flaw }) };
  if (phase === 'body') {
    const what = `the connection to the server ${server} broke in the middle of its answer`;
    return new DbgError('lost', 'ConnectionBroken', `${what}: ${cause}`, facts, { cause: error });
  }
  return phase === 'connect'
    ? new DbgError('unreachable', 'ServerUnreachable', `cannot reach the server ${server}: ${cause}`, facts, {
        cause: error,
      })
    : new DbgError('unreachable', 'ServerSilent', `the server ${server} did not answer: ${cause}`, facts, {
        cause: error,
      });
}

/** Explains a response that violates HTTP or the requested protocol; undefined for other errors. */
function explainAnswer(error: unknown, endpoint: Endpoint): DbgError | undefined {
  const server = describeServer(endpoint);
  if (error instanceof ConnectionFailure && error.code === 'NO_UPGRADE') {
    const message = `the server ${server}, or a proxy in front of it, violates the protocol of the upgrade: ${sanitiseShort(error.message, 200)}`;
    return new DbgError('protocol', 'UpgradeMalformed', message, { server }, { cause: error });
  }
  if (!codeOf(error).startsWith(NOT_HTTP)) return undefined;
  const message = `the server ${server}, or a proxy in front of it, answered with something that is not HTTP: ${sanitiseShort(messageOf(error), 200)}`;
  return new DbgError('protocol', 'AnswerMalformed', message, { server }, { cause: error });
}

/** Prefix of the codes of Node's parser of HTTP/1.1. */
const NOT_HTTP = 'HPE_';

function withFlaw(explanation: Explanation, flaw: string | undefined): Explanation {
  if (flaw === undefined || explanation.cause.includes(flaw)) return explanation;
  return { ...explanation, cause: `${explanation.cause}, perhaps because ${flaw}`, flaw };
}

function explainProxy(error: ProxyFailure, endpoint: Endpoint, context: TransportContext): DbgError {
  const { url, proxySource } = endpoint;
  const proxy = describeProxy(endpoint.proxy ?? url);
  const server = describeServer({ ...endpoint, proxy: undefined });
  const { reason } = error;
  const spoke =
    reason instanceof ConnectionFailure &&
    (reason.code === 'PROXY_REFUSED' || reason.code === 'PROXY_PROTOCOL');
  const what = spoke
    ? `the proxy ${proxy} did not connect to the server ${server}`
    : `cannot reach the proxy ${proxy}, which is in front of the server ${server}`;
  const { cause, why, flaw } = explain(reason, endpoint, 'proxy', context);
  const { status } = error;
  const facts = {
    server,
    why,
    proxy,
    source: proxySource,
    ...(flaw === undefined ? {} : { flaw }),
    ...(status === undefined ? {} : { status }),
  };
  return new DbgError('unreachable', 'ProxyFailed', `${what}: ${cause}`, facts, { cause: error });
}

function explain(
  error: unknown,
  endpoint: Endpoint,
  hop: 'server' | 'proxy',
  { flaw, now }: TransportContext,
): Explanation {
  const message = messageOf(error);
  if (error instanceof ConnectionFailure && error.code !== 'NO_UPGRADE') {
    const own = OWN[error.code];
    return own.cause === '' ? { ...own, cause: sanitiseShort(message, 200) } : own;
  }
  const system = SYSTEM[codeOf(error)] ?? explainHttp2(error);
  if (system !== undefined) return system;
  return (
    explainTls(error, endpoint, hop, now ?? Date.now(), flaw) ?? {
      cause: sanitiseShort(message, 200),
      why: 'Unknown',
    }
  );
}

/** The peer ended a request, or the connection, with an error code of RFC 9113; the message of Node has it at its end. */
function explainHttp2(error: unknown): Explanation | undefined {
  const what = { ERR_HTTP2_STREAM_ERROR: 'request', ERR_HTTP2_SESSION_ERROR: 'connection' }[codeOf(error)];
  if (what === undefined) return undefined;
  const code = /code (?:NGHTTP2_)?(\w+)$/.exec(messageOf(error))?.[1] ?? 'unknown';
  return { cause: `it closed the ${what} with the HTTP/2 error ${code}`, why: 'ConnectionReset' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
