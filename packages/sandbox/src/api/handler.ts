import { accessForbidden } from '../auth/forbidden.ts';
import { strikeRequest } from '../faults/request-faults.ts';
import type { ApiContext } from './api-context.ts';
import { serveNonResource } from './discovery/serve.ts';
import { internalError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { serveResource } from './resource-handler.ts';
import { StatusError } from './status-error.ts';

/** Serves one authenticated request: faults, authorization, routing; every failure becomes an answer. */
export async function handle(exchange: Exchange, api: ApiContext): Promise<void> {
  try {
    if (await strikeRequest(exchange, api.faults, api.connections)) return;
    authorize(exchange, api);
    if (exchange.info.isResourceRequest) await serveResource(exchange, api);
    else serveNonResource(exchange, api);
  } catch (error) {
    answerFailure(exchange, error);
  }
}

/** Answers an error, unless an answer has begun: then the connection is cut, as nothing true can follow. */
export function answerFailure(exchange: Exchange, error: unknown): void {
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  exchange.fail(error instanceof StatusError ? error : internalError(describe(error)));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function authorize({ info, user }: Exchange, api: ApiContext): void {
  const { allowed, reason } = api.authorize(user, info);
  if (!allowed) throw accessForbidden(user, info, reason);
}
