import { accessForbidden } from '../auth/forbidden.ts';
import type { ApiContext } from './api-context.ts';
import { serveNonResource } from './discovery/serve.ts';
import { internalError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { FaultAction } from './faults.ts';
import { serveResource } from './resource-handler.ts';
import { StatusError } from './status-error.ts';

/** Serves one authenticated request: faults, authorization, routing; every failure becomes an answer. */
export async function handle(exchange: Exchange, api: ApiContext): Promise<void> {
  try {
    const fault = api.faults.strike(exchange.info);
    if (fault !== undefined && (await strike(exchange, fault)) === 'answered') return;
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

async function strike(exchange: Exchange, fault: FaultAction): Promise<'answered' | 'continue'> {
  switch (fault.kind) {
    case 'status': {
      exchange.fail(faultStatus(fault));
      return 'answered';
    }
    case 'delay':
      await delay(fault.milliseconds, exchange.signal);
      return exchange.signal.aborted ? 'answered' : 'continue';
    case 'disconnect': {
      const cut = (): void => {
        (exchange.upgrade?.socket ?? exchange.response).destroy();
      };
      if (fault.afterMilliseconds === undefined) {
        cut();
        return 'answered';
      }
      void delay(fault.afterMilliseconds, exchange.signal).then(cut);
      return 'continue';
    }
    case 'end-watch':
      void delay(fault.afterMilliseconds, exchange.signal).then(() => exchange.response.end());
      return 'continue';
  }
}

const FAULT_REASONS = { 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' } as const;
const FAULT_MESSAGES = {
  429: 'the server has received too many requests and has asked us to try again later',
  500: 'Internal error occurred: injected fault',
  503: 'the server is currently unable to handle the request',
} as const;

function faultStatus(fault: Extract<FaultAction, { kind: 'status' }>): StatusError {
  const { code, retryAfterSeconds, message = FAULT_MESSAGES[code] } = fault;
  return new StatusError(
    code,
    FAULT_REASONS[code],
    message,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
