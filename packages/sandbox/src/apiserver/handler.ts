import { accessForbidden } from '../auth/forbidden.ts';
import type { ApiContext } from './api-context.ts';
import { serveNonResource } from './discovery/serve.ts';
import { internalError } from '../machinery/errors.ts';
import type { Exchange } from './exchange.ts';
import { negotiateStatus } from './codecs/negotiate.ts';
import { encodeAs } from './read/represent.ts';
import { serveResource } from './routing/resource-handler.ts';
import { StatusError } from '../machinery/status-error.ts';

/** Serves one authenticated request: hooks, authorization, routing; every failure becomes an answer. */
export async function handle(exchange: Exchange, api: ApiContext): Promise<void> {
  try {
    if ((await api.hooks.onRequest?.(exchange)) === true) return;
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
  const failure = error instanceof StatusError ? error : internalError(describe(error));
  const representation = negotiateStatus(exchange.headers.accept);
  exchange.fail(failure, (status) => encodeAs(status, representation));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function authorize({ info, user }: Exchange, api: ApiContext): void {
  const { allowed, reason } = api.authorize(user, info);
  if (!allowed) throw accessForbidden(user, info, reason);
}
