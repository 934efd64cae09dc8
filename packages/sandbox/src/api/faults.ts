import type { RequestInfo } from './request-info.ts';

/** Which requests a fault strikes: every given property must equal the request's. */
export type FaultMatch = Partial<
  Pick<RequestInfo, 'verb' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>
>;

/** What happens to a request that a fault strikes. */
export type FaultAction =
  /** Answered with that status, as an overloaded or broken server would. */
  | { kind: 'status'; code: 429 | 500 | 503; retryAfterSeconds?: number; message?: string }
  /** Answered that much later. */
  | { kind: 'delay'; milliseconds: number }
  /** The connection is cut without an answer; for a stream or watch, after that many milliseconds. */
  | { kind: 'disconnect'; afterMilliseconds?: number }
  /** A watch is ended by the server, in good order, after that many milliseconds. */
  | { kind: 'end-watch'; afterMilliseconds: number };

export interface Fault {
  match: FaultMatch;
  action: FaultAction;
  /** How many requests it strikes; absent: every one until it is removed. */
  times?: number;
}

/** Faults that tests inject into the API server. */
export interface Faults {
  /** Adds a fault; the function returned removes it. */
  inject(fault: Fault): () => void;
  clear(): void;
  /** The action for a request, if one strikes it; counts it as struck. */
  strike(request: RequestInfo): FaultAction | undefined;
}

export function createFaults(): Faults {
  const active = new Set<{ fault: Fault; left: number }>();
  return {
    inject(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      active.add(entry);
      return () => active.delete(entry);
    },
    clear: () => active.clear(),
    strike(request) {
      for (const entry of active) {
        if (!matches(entry.fault.match, request)) continue;
        entry.left -= 1;
        if (entry.left <= 0) active.delete(entry);
        return entry.fault.action;
      }
      return undefined;
    },
  };
}

function matches(match: FaultMatch, request: RequestInfo): boolean {
  return Object.entries(match).every(([key, value]) => request[key as keyof FaultMatch] === value);
}
