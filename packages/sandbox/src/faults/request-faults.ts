import type { Exchange } from '../apiserver/exchange.ts';
import { AnswerGate } from './answer-gate.ts';
import type { Connections } from './connections.ts';
import { faultError, proxyPage } from './fault-answer.ts';
import type { FaultRegistry } from './faults.ts';
import type { FaultAction } from './actions.ts';
import { keepConnection, respondHeaders } from './respond.ts';
import type { FaultSubject } from './points.ts';

/** The fields of a request that a fault can match. */
export function subjectOf({ info, user, query }: Exchange): FaultSubject {
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

/** Applies the faults of `request`, `handshake`, `answer` and the streams to a request; true if it is finished. */
export async function injectRequestFaults(
  exchange: Exchange,
  faults: FaultRegistry,
  connections: Connections,
): Promise<boolean> {
  const subject = subjectOf(exchange);
  const breakConnection = connectionBreaker(exchange, connections);
  const action = faults.inject(exchange.upgrade === undefined ? 'request' : 'handshake', subject);
  if (action !== undefined && (await replace(exchange, action, breakConnection))) return true;
  if (exchange.upgrade === undefined) AnswerGate.place(exchange, subject, faults, breakConnection);
  return false;
}

/** Responds as a fault requires instead of the true response; false if the true response follows later. */
async function replace(
  exchange: Exchange,
  action: FaultAction,
  breakConnection: () => void,
): Promise<boolean> {
  switch (action.kind) {
    case 'error':
      if (exchange.upgrade !== undefined) keepConnection(exchange.response, action.connection ?? 'close');
      exchange.fail(faultError(action));
      return true;
    case 'respond':
      keepConnection(exchange.response, action.connection ?? 'keep-alive');
      exchange.send(action.code, action.body ?? '', respondHeaders(action));
      return true;
    case 'proxy-page':
      keepConnection(exchange.response, 'close');
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

/** Resets the connection of a request. */
export function connectionBreaker({ upgrade, response }: Exchange, connections: Connections): () => void {
  const socket = upgrade === undefined ? response.req.socket : (upgrade.socket as { remotePort?: number });
  // Read now: later the socket may be closed.
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
