import { accessForbidden } from '../auth/forbidden.ts';
import type { ApiContext } from './api-context.ts';
import { serveNonResource } from './discovery/serve.ts';
import { internalError } from '../machinery/errors.ts';
import type { Exchange } from './exchange.ts';
import { negotiateStatus } from './codecs/negotiate.ts';
import { encodeAs } from './read/represent.ts';
import { serveResource } from './routing/resource-handler.ts';
import { StatusError } from '../machinery/status-error.ts';

/** Handles one authenticated request: hooks, authorization, routing. Every failure becomes a response. */
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

/** Responds with an error. If a response has already started, cuts the connection instead. */
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
