import type { ServerResponse } from 'node:http';
import type { Exchange } from '../api/exchange.ts';
import { AnswerGate } from './answer-gate.ts';
import type { Connections } from './connections.ts';
import { faultError, proxyPage } from './fault-answer.ts';
import type { FaultRegistry } from './faults.ts';
import type { FaultAction, FaultMatch } from './points.ts';

/** What a fault can be matched against in a request. */
export function subjectOf({ info, user, query }: Exchange): FaultMatch {
  const { verb, group, resource, subresource, namespace, name } = info;
  const container = query.get('container');
  return {
    verb,
    group,
    resource,
    subresource,
    namespace,
    name,
    user: user.name,
    ...(container === null ? {} : { container }),
  };
}

/** Lets the faults of `request`, `handshake`, `answer` and the streams at a request; true if it is dealt with. */
export async function strikeRequest(
  exchange: Exchange,
  faults: FaultRegistry,
  connections: Connections,
): Promise<boolean> {
  const subject = subjectOf(exchange);
  const breakConnection = connectionBreaker(exchange, connections);
  const action = faults.strike(exchange.upgrade === undefined ? 'request' : 'handshake', subject);
  if (action !== undefined && (await replace(exchange, action, breakConnection))) return true;
  if (exchange.upgrade === undefined) AnswerGate.place(exchange, subject, faults, breakConnection);
  return false;
}

/** Does what a fault says in place of the true answer; false if the true answer comes all the same, later. */
async function replace(
  exchange: Exchange,
  action: FaultAction,
  breakConnection: () => void,
): Promise<boolean> {
  switch (action.kind) {
    case 'error':
      exchange.fail(faultError(action));
      return true;
    case 'proxy-page':
      closeAfter(exchange.response);
      exchange.send(action.code, proxyPage(action.code), { 'content-type': 'text/html' });
      return true;
    case 'break':
      breakConnection();
      return true;
    case 'delay':
      await pause(action.milliseconds, exchange.signal);
      return exchange.signal.aborted;
    default:
      await untilGone(exchange.signal);
      return true;
  }
}

/** A proxy that has given up closes the connection too. (HTTP/2 has no such header: there the stream ends.) */
export function closeAfter(response: ServerResponse): void {
  if (response.req.httpVersionMajor === 1) response.shouldKeepAlive = false;
}

/** Resets the connection that a request came over. */
export function connectionBreaker({ upgrade, response }: Exchange, connections: Connections): () => void {
  const socket = upgrade === undefined ? response.req.socket : (upgrade.socket as { remotePort?: number });
  // Looked up now: later the socket may be gone.
  const port = socket.remotePort;
  return () => connections.break(port);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}

async function untilGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
