import type { ServerResponse } from 'node:http';
import type { ConnectionAfter, FaultAction } from './actions.ts';

/** Sets whether the connection stays open after the response. (HTTP/2 has no such header: there only the stream ends.) */
export function keepConnection(response: ServerResponse, connection: ConnectionAfter): void {
  if (response.req.httpVersionMajor === 1) response.shouldKeepAlive = connection === 'keep-alive';
}

export function respondHeaders(action: Extract<FaultAction, { kind: 'respond' }>): Record<string, string> {
  return { 'content-type': action.contentType ?? 'text/plain; charset=utf-8', ...action.headers };
}
